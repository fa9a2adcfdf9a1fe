import type { StageName } from "./bottleneck-report.ts";
import { sortedOf } from "./distribution.ts";
import type { ChangeFact } from "./facts.ts";
import type { ShippedChanges, ShippedRequest } from "./shipped-changes.ts";
import { COMMIT_STAGES, REQUEST_STAGES, type StagedChange } from "./stages.ts";
import type { WindowView } from "./window-view.ts";

/** The ways of shipped changes, in columns: of pull requests where any is known, else of commits. Changes whose dates run backwards are in `left` alone. */
export type StageTable = {
  readonly unit: "pull request" | "commit";
  readonly stages: readonly StageName[];
  readonly n: number;
  readonly left: number;
  /** Index of each change's shipment in the ledger, ascending. */
  readonly shipments: Int32Array;
  readonly startMs: Float64Array;
  /** When each stage ended, a column a stage; the first one begins at `startMs`, every other where the one before ended. */
  readonly endsMs: readonly Float64Array[];
  /** How long each stage took, a column a stage. */
  readonly stagesMs: readonly Spent[];
  /** From the first stage's start to the last one's end. */
  readonly totalMs: Spent;
  /** `null` where the unit is a commit. */
  readonly changes: readonly ChangeFact[] | null;
};

/** Milliseconds, change by change, `NaN` where nobody told; and those that were told in ascending order. */
export type Spent = { readonly ms: Float64Array; readonly sorted: ArrayLike<number> };

type Times = Omit<StageTable, "stagesMs" | "totalMs"> & {
  /** Of each change; `null`: all stages of all changes are told. */
  readonly untold: readonly (readonly StageName[])[] | null;
};

export function stageTableOf(view: WindowView, { requests, commits }: ShippedChanges): StageTable {
  const { untold, ...times } = requests.length > 0 ? timesOfRequests(requests) : timesOfCommits(view, commits);
  const { startMs, endsMs, stages } = times;
  return {
    ...times,
    stagesMs: endsMs.map((to, stage) => {
      const spent = spentBetween(endsMs[stage - 1] ?? startMs, to);
      return untold === null ? spent : leaveOutUntold(spent, stages[stage] ?? "queue", untold);
    }),
    totalMs: spentBetween(startMs, endsMs.at(-1) ?? startMs),
  };
}

function spentBetween(from: Float64Array, to: Float64Array): Spent {
  const ms = new Float64Array(from.length);
  for (let change = 0; change < ms.length; change += 1) ms[change] = (to[change] ?? 0) - (from[change] ?? 0);
  return { ms, sorted: sortedOf(ms) };
}

function leaveOutUntold({ ms }: Spent, stage: StageName, untold: readonly (readonly StageName[])[]): Spent {
  const told = ms.map((each, change) => (untold[change]?.includes(stage) ? Number.NaN : each));
  return { ms: told, sorted: sortedOf(told.filter((each) => !Number.isNaN(each))) };
}

type StagedRequest = ShippedRequest & { readonly staged: StagedChange };

function timesOfRequests(requests: readonly ShippedRequest[]): Times {
  const staged = requests.filter((request): request is StagedRequest => request.staged !== null);
  return {
    unit: "pull request",
    stages: REQUEST_STAGES,
    n: staged.length,
    left: requests.length - staged.length,
    shipments: Int32Array.from(staged, ({ shipment }) => shipment.index),
    startMs: Float64Array.from(staged, (request) => request.staged.startMs),
    endsMs: REQUEST_STAGES.map((_, stage) =>
      Float64Array.from(staged, (request) => request.staged.endsMs[stage] ?? request.staged.startMs),
    ),
    changes: staged.map(({ change }) => change),
    untold: staged.map((request) => request.staged.untold),
  };
}

/** As `stageCommit`: the author's date, the arrival on a released line, the release. */
function timesOfCommits(
  { ledger: { graph, arrivedAtMs, shipments } }: WindowView,
  counted: ShippedChanges["commits"],
): Times {
  const size = counted.commits.length;
  const startMs = new Float64Array(size);
  const arrivedMs = new Float64Array(size);
  const shippedMs = new Float64Array(size);
  const at = new Int32Array(size);
  let n = 0;
  for (let index = 0; index < size; index += 1) {
    const commit = counted.commits[index] ?? 0;
    const shipment = counted.shipments[index] ?? 0;
    const authoredAtMs = graph.authoredAtMs[commit] ?? 0;
    const arrivedAt = arrivedAtMs[commit] ?? 0;
    const shippedAtMs = shipments[shipment]?.atMs ?? 0;
    if (arrivedAt < authoredAtMs || shippedAtMs < arrivedAt) continue;
    startMs[n] = authoredAtMs;
    arrivedMs[n] = arrivedAt;
    shippedMs[n] = shippedAtMs;
    at[n] = shipment;
    n += 1;
  }
  return {
    unit: "commit",
    stages: COMMIT_STAGES,
    n,
    left: size - n,
    shipments: at.subarray(0, n),
    startMs: startMs.subarray(0, n),
    endsMs: [arrivedMs.subarray(0, n), shippedMs.subarray(0, n)],
    changes: null,
    untold: null,
  };
}
