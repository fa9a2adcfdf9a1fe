import type { StageLedger, StageName, StageShare } from "./bottleneck-report.ts";
import { ciTimeWithin, indexRuns } from "./ci-time.ts";
import { distributionOf } from "./distribution.ts";
import type { PipelineRunFact } from "./facts.ts";
import type { ShippedChange } from "./shipped-changes.ts";
import { COMMIT_STAGES, REQUEST_STAGES, type StagedChange, WAITING_STAGES } from "./stages.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** The epoch was a Thursday: weeks begin on Monday, UTC. */
const MONDAY_MS = 4 * 24 * 3_600_000;

type Staged = ShippedChange & { readonly staged: StagedChange };

/** Where the time of shipped changes went. Of pull requests where any is known, else of commits; `null` where neither can be told. */
export function stageLedgerOf(changes: readonly ShippedChange[], runs: readonly PipelineRunFact[]): StageLedger | null {
  const unit = changes.some(({ measured }) => measured.unit === "pull request") ? "pull request" : "commit";
  const ofUnit = changes.filter(({ measured }) => measured.unit === unit);
  const staged = ofUnit.filter(isStaged);
  if (staged.length === 0) return null;
  const totals = staged.map(({ staged: { startMs, endsMs } }) => (endsMs.at(-1) ?? startMs) - startMs);
  const slowest = slowestTenth(totals);
  const runsByRevision = indexRuns(runs);
  const stages = unit === "commit" ? COMMIT_STAGES : REQUEST_STAGES;
  const totalMs = sum(totals);
  const slowestMs = sum(slowest.map((change) => totals[change] ?? 0));
  return {
    unit,
    n: staged.length,
    left: ofUnit.length - staged.length,
    stages: stages.map((stage, index): StageShare => {
      const durations = staged.map((change) => durationAt(change.staged, index));
      return {
        stage,
        isWaiting: WAITING_STAGES.has(stage),
        ms: distributionOf(durations),
        shareOfTotal: ratio(sum(durations), totalMs),
        shareOfSlowest: ratio(sum(slowest.map((change) => durations[change] ?? 0)), slowestMs),
        ...ciOf(staged, index, runsByRevision),
      };
    }),
    weeks: weeksOf(staged, stages),
  };
}

function isStaged(change: ShippedChange): change is Staged {
  return change.staged !== null;
}

function durationAt({ startMs, endsMs }: StagedChange, index: number): number {
  return (endsMs[index] ?? startMs) - (endsMs[index - 1] ?? startMs);
}

/** Indexes of the slowest tenth, at least one; more where several are equally slow. */
function slowestTenth(totals: readonly number[]): readonly number[] {
  const sorted = new Float64Array(totals).sort();
  const slow = sorted[sorted.length - Math.max(1, Math.round(totals.length / 10))] ?? 0;
  return totals.flatMap((total, index) => (total >= slow ? [index] : []));
}

function ciOf(
  staged: readonly Staged[],
  index: number,
  runsByRevision: ReturnType<typeof indexRuns>,
): Pick<StageShare, "ciQueueMs" | "ciRunMs"> {
  if (runsByRevision.size === 0) return { ciQueueMs: null, ciRunMs: null };
  const times = staged.flatMap(({ staged: { startMs, endsMs }, measured }) => {
    const span = { fromMs: endsMs[index - 1] ?? startMs, toMs: endsMs[index] ?? startMs };
    const time = measured.change === null ? null : ciTimeWithin(span, measured.change, runsByRevision);
    return time === null ? [] : [time];
  });
  if (times.length === 0) return { ciQueueMs: null, ciRunMs: null };
  return {
    ciQueueMs: sum(times.map(({ queueMs }) => queueMs)) / times.length,
    ciRunMs: sum(times.map(({ runMs }) => runMs)) / times.length,
  };
}

function weeksOf(staged: readonly Staged[], stages: readonly StageName[]): StageLedger["weeks"] {
  const weeks = Map.groupBy(staged, ({ measured }) => mondayOf(measured.shippedAtMs));
  return [...weeks.entries()]
    .sort(([a], [b]) => a - b)
    .map(([fromMs, changes]) => ({
      fromMs,
      n: changes.length,
      meanMs: Object.fromEntries(
        stages.map((stage, index) => [
          stage,
          sum(changes.map((change) => durationAt(change.staged, index))) / changes.length,
        ]),
      ),
    }));
}

function mondayOf(atMs: number): number {
  return Math.floor((atMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
