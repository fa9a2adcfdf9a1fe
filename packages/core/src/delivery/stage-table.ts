import type { StageName } from "./bottleneck-report.ts";
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
  /** `null` where the unit is a commit. */
  readonly changes: readonly ChangeFact[] | null;
};

export function stageTableOf(view: WindowView, { requests, commits }: ShippedChanges): StageTable {
  return requests.length > 0 ? tableOfRequests(requests) : tableOfCommits(view, commits);
}

/** How long a stage took, change by change. */
export function stageDurations({ startMs, endsMs, n }: StageTable, stage: number): Float64Array {
  const from = endsMs[stage - 1] ?? startMs;
  const to = endsMs[stage] ?? startMs;
  const durations = new Float64Array(n);
  for (let change = 0; change < n; change += 1) durations[change] = (to[change] ?? 0) - (from[change] ?? 0);
  return durations;
}

/** From the first stage's start to the last one's end. */
export function totalDurations({ startMs, endsMs, n }: StageTable): Float64Array {
  const to = endsMs.at(-1) ?? startMs;
  const durations = new Float64Array(n);
  for (let change = 0; change < n; change += 1) durations[change] = (to[change] ?? 0) - (startMs[change] ?? 0);
  return durations;
}

type StagedRequest = ShippedRequest & { readonly staged: StagedChange };

function tableOfRequests(requests: readonly ShippedRequest[]): StageTable {
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
  };
}

/** As `stageCommit`: the author's date, the committer's date, the release. */
function tableOfCommits({ ledger: { graph, shipments } }: WindowView, counted: ShippedChanges["commits"]): StageTable {
  const size = counted.commits.length;
  const startMs = new Float64Array(size);
  const committedMs = new Float64Array(size);
  const shippedMs = new Float64Array(size);
  const at = new Int32Array(size);
  let n = 0;
  for (let index = 0; index < size; index += 1) {
    const commit = counted.commits[index] ?? 0;
    const shipment = counted.shipments[index] ?? 0;
    const authoredAtMs = graph.authoredAtMs[commit] ?? 0;
    const committedAtMs = graph.committedAtMs[commit] ?? 0;
    const shippedAtMs = shipments[shipment]?.atMs ?? 0;
    if (committedAtMs < authoredAtMs || shippedAtMs < committedAtMs) continue;
    startMs[n] = authoredAtMs;
    committedMs[n] = committedAtMs;
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
    endsMs: [committedMs.subarray(0, n), shippedMs.subarray(0, n)],
    changes: null,
  };
}
