import type { StageName, WhatIf } from "./bottleneck-report.ts";
import { bootstrapClusters, type QuantileIntervals } from "./cluster-bootstrap.ts";
import { type Distribution, distributionOfSorted, type Interval } from "./distribution.ts";
import { UNOWNED } from "./ownership.ts";
import { type Ranking, rankingOf } from "./ranking.ts";
import type { Shipment } from "./shipments.ts";
import type { StageTable } from "./stage-table.ts";
import { isMeasured } from "./window-view.ts";

const HOUR_MS = 3_600_000;
/** No stage is capped below: where most changes wait for seconds, half of that would ask for no stage at all. */
const CAP_MIN_MS = HOUR_MS;
/** Changes that a replay needs to say anything. */
export const REPLAY_N_MIN = 20;

/** What became of the changes under one cap. */
type Replay = {
  readonly stage: StageName;
  readonly capMs: number;
  /** Of lead times. */
  readonly after: Ranking;
  readonly touched: number;
  readonly absorbed: number;
};

/**
 * What capping each stage would do, the largest saving of the median first. Every change is replayed: its later steps happen earlier by what the cap saves, and it
 * is taken by the first real deployment of its line that began after it was merged. Batching may absorb the saving; subtracting medians would not see that.
 * Capping the queue or the rollout supposes deployments that there were not: those are shortened as they are.
 *
 * @param shipments all deployments, in order
 */
export function whatIfOf(table: StageTable, shipments: readonly Shipment[], seed: number): readonly WhatIf[] {
  if (table.n < REPLAY_N_MIN) return [];
  const queue = table.stages.indexOf("queue");
  const replays = table.stages.flatMap((stage, index) => {
    const sorted = table.stagesMs[index]?.sorted ?? [];
    const capMs = capOf(sorted);
    return sorted.length >= REPLAY_N_MIN && (sorted[sorted.length - 1] ?? 0) > capMs
      ? [replayCap(table, shipments, { stage, index, queue, capMs })]
      : [];
  });
  const before = distributionOfSorted(table.totalMs.sorted);
  const intervals = bootstrapClusters(
    replays.map(({ after }) => after),
    table.shipments,
    seed,
  );
  const results = replays.map((replay, index) => whatIf(replay, before, intervals[index]));
  return results.sort((a, b) => saving(b.median) - saving(a.median) || saving(b.p90) - saving(a.p90));
}

function whatIf(
  { stage, capMs, after: { sorted }, touched, absorbed }: Replay,
  before: Distribution,
  intervals: QuantileIntervals | undefined,
): WhatIf {
  const after = distributionOfSorted(sorted);
  const effect = (from: number | null, to: number | null, interval: Interval | undefined) => ({
    before: from ?? 0,
    after: to ?? 0,
    afterInterval: interval ?? { low: to ?? 0, high: to ?? 0 },
  });
  return {
    stage,
    capMs,
    touched,
    n: after.n,
    median: effect(before.median, after.median, intervals?.median),
    p90: effect(before.p90, after.p90, intervals?.p90),
    absorbed,
  };
}

/**
 * Half of the stage's median, at least an hour: the same demand of every stage, so that their savings can be compared. It is not rounded. A cap that moved in steps would take a larger
 * share of one stage than of another, and name the one that lies just above a step; so a stage that gets slower never saves less.
 *
 * @param sorted durations of the stage, ascending
 */
export function capOf(sorted: ArrayLike<number>): number {
  const { median } = distributionOfSorted(sorted);
  return Math.max(CAP_MIN_MS, Math.floor((median ?? 0) / 2));
}

type Cap = {
  readonly stage: StageName;
  /** Of the stage, and of the stage `queue`, among the stages of every change. */
  readonly index: number;
  readonly queue: number;
  readonly capMs: number;
};

function replayCap(table: StageTable, shipments: readonly Shipment[], cap: Cap): Replay {
  const { stage, index, queue, capMs } = cap;
  const durations = table.stagesMs[index]?.ms ?? table.totalMs.ms;
  const mergedMs = table.endsMs[queue - 1] ?? table.startMs;
  const afterMs = table.totalMs.ms.slice();
  let touched = 0;
  let absorbed = 0;
  for (let change = 0; change < table.n; change += 1) {
    const savedMs = (durations[change] ?? 0) - capMs;
    // A stage that nobody told of is no number, and is left as it is.
    if (!(savedMs > 0)) continue;
    touched += 1;
    if (index >= queue) {
      afterMs[change] = (afterMs[change] ?? 0) - savedMs;
      continue;
    }
    const shipment = shipments[table.shipments[change] ?? UNOWNED];
    if (shipment === undefined) continue;
    const taken = firstDeploymentAfter((mergedMs[change] ?? 0) - savedMs, shipment, shipments);
    if (taken === shipment) absorbed += 1;
    afterMs[change] = Math.max(0, taken.atMs - (table.startMs[change] ?? 0));
  }
  return { stage, capMs, after: rankingOf(afterMs), touched, absorbed };
}

/** Walks the deployments that the actual one builds upon back in time, as long as they began after the change was ready. */
function firstDeploymentAfter(readyMs: number, actual: Shipment, shipments: readonly Shipment[]): Shipment {
  let taken = actual;
  for (let index = actual.previousOnLine; index > UNOWNED; ) {
    const earlier = shipments[index];
    if (earlier === undefined || (earlier.fact.startedAtMs ?? earlier.atMs) < readyMs) break;
    if (isMeasured(earlier) || earlier.role === "baseline") taken = earlier;
    index = Math.min(earlier.previousOnLine, index - 1);
  }
  return taken;
}

function saving({ before, after }: { readonly before: number; readonly after: number }): number {
  return before - after;
}
