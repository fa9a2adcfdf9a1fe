import type { StageLedger, StageName, StageShare } from "./bottleneck-report.ts";
import { ciTimeWithin, indexRuns } from "./ci-time.ts";
import { distributionOfSorted } from "./distribution.ts";
import type { PipelineRunFact } from "./facts.ts";
import type { Shipment } from "./shipments.ts";
import type { Spent, StageTable } from "./stage-table.ts";
import { WAITING_STAGES } from "./stages.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** The epoch was a Thursday: weeks begin on Monday, UTC. */
const MONDAY_MS = 4 * 24 * 3_600_000;

/** Where the time of shipped changes went; `null` where that of none can be told. */
export function stageLedgerOf(
  table: StageTable,
  shipments: readonly Shipment[],
  runs: readonly PipelineRunFact[],
): StageLedger | null {
  if (table.n === 0) return null;
  const { leastMs, indexes: slowest } = slowestTenth(table.totalMs);
  const runsByRevision = indexRuns(runs);
  return {
    unit: table.unit,
    n: table.n,
    left: table.left,
    stages: table.stagesMs.map(({ ms, sorted }, index): StageShare => {
      const stage = table.stages[index] ?? "queue";
      return {
        stage,
        isWaiting: WAITING_STAGES.has(stage),
        ms: distributionOfSorted(sorted),
        shareOfTotal: shareOf(ms, table.totalMs.ms),
        shareOfSlowest: shareOf(ms, table.totalMs.ms, slowest),
        ...ciOf(table, index, runsByRevision),
      };
    }),
    slowest: { n: slowest.length, leastMs },
    weeks: weeksOf(table, shipments),
  };
}

/** What the slowest tenth took at least, and its indexes: at least one, and more where several are equally slow. */
function slowestTenth({ ms, sorted }: Spent): { readonly leastMs: number; readonly indexes: readonly number[] } {
  const leastMs = sorted[sorted.length - Math.max(1, Math.round(ms.length / 10))] ?? 0;
  const indexes: number[] = [];
  for (let index = 0; index < ms.length; index += 1) if ((ms[index] ?? 0) >= leastMs) indexes.push(index);
  return { leastMs, indexes };
}

function ciOf(
  { startMs, endsMs, stagesMs, changes }: StageTable,
  index: number,
  runsByRevision: ReturnType<typeof indexRuns>,
): Pick<StageShare, "ciQueueMs" | "ciRunMs"> {
  if (runsByRevision.size === 0 || changes === null) return { ciQueueMs: null, ciRunMs: null };
  const times = changes.flatMap((change, nth) => {
    if (Number.isNaN(stagesMs[index]?.ms[nth])) return [];
    const fromMs = (endsMs[index - 1] ?? startMs)[nth] ?? 0;
    const toMs = (endsMs[index] ?? startMs)[nth] ?? 0;
    return ciTimeWithin({ fromMs, toMs }, change, runsByRevision) ?? [];
  });
  if (times.length === 0) return { ciQueueMs: null, ciRunMs: null };
  return {
    ciQueueMs: sum(times.map(({ queueMs }) => queueMs)) / times.length,
    ciRunMs: sum(times.map(({ runMs }) => runMs)) / times.length,
  };
}

/** Shipments are in the order of time, and so are the changes: a week is a run of neighbours. */
function weeksOf(
  { shipments: at, stages, stagesMs, n }: StageTable,
  shipments: readonly Shipment[],
): StageLedger["weeks"] {
  const weeks: StageLedger["weeks"][number][] = [];
  const mondayAt = (change: number): number => mondayOf(shipments[at[change] ?? 0]?.atMs ?? 0);
  for (let from = 0; from < n; ) {
    const fromMs = mondayAt(from);
    let to = from + 1;
    while (to < n && (at[to] === at[to - 1] || mondayAt(to) === fromMs)) to += 1;
    const meanMs: Partial<Record<StageName, number>> = {};
    for (const [index, stage] of stages.entries()) {
      const ms = stagesMs[index]?.ms;
      let total = 0;
      let told = 0;
      for (let change = from; change < to; change += 1) {
        const spent = ms?.[change] ?? 0;
        if (Number.isNaN(spent)) continue;
        total += spent;
        told += 1;
      }
      if (told > 0) meanMs[stage] = total / told;
    }
    weeks.push({ fromMs, n: to - from, meanMs });
    from = to;
  }
  return weeks;
}

function mondayOf(atMs: number): number {
  return Math.floor((atMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}

/**
 * Of the whole time of those changes that the part is told of; `null`: of none.
 *
 * @param indexes of the changes that are looked at, else all
 */
function shareOf(part: Float64Array, whole: Float64Array, indexes?: readonly number[]): number | null {
  const count = indexes?.length ?? part.length;
  let partMs = 0;
  let wholeMs = 0;
  let told = 0;
  for (let nth = 0; nth < count; nth += 1) {
    const index = indexes?.[nth] ?? nth;
    const spent = part[index] ?? Number.NaN;
    if (Number.isNaN(spent)) continue;
    partMs += spent;
    wholeMs += whole[index] ?? 0;
    told += 1;
  }
  if (told === 0) return null;
  return wholeMs === 0 ? 0 : partMs / wholeMs;
}
