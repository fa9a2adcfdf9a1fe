import type { StageName, WhatIf } from "./bottleneck-report.ts";
import { bootstrapClusters, type QuantileIntervals } from "./cluster-bootstrap.ts";
import { type Distribution, distributionOf, type Interval } from "./distribution.ts";
import { UNOWNED } from "./ownership.ts";
import type { Shipment } from "./shipments.ts";
import type { ShippedChange } from "./shipped-changes.ts";
import { isMeasured } from "./window-view.ts";

const HOUR_MS = 3_600_000;
/** Round figures that a team could promise itself. */
const CAPS_MS = [1, 2, 4, 8, 24, 48, 72, 168, 336, 672].map((hours) => hours * HOUR_MS);
/** Changes that a replay needs to say anything. */
export const REPLAY_N_MIN = 20;

/** What became of the changes under one cap. */
type Replay = {
  readonly stage: StageName;
  readonly capMs: number;
  /** Lead times, in the order of the changes. */
  readonly afterMs: Float64Array;
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
export function whatIfOf(
  changes: readonly ShippedChange[],
  shipments: readonly Shipment[],
  seed: number,
): readonly WhatIf[] {
  const unit = changes.some(({ measured }) => measured.unit === "pull request") ? "pull request" : "commit";
  const staged = changes.filter((change) => change.staged !== null && change.measured.unit === unit);
  const stages = staged[0]?.staged?.stages ?? [];
  if (staged.length < REPLAY_N_MIN) return [];
  const queue = stages.indexOf("queue");
  const replays = stages.flatMap((stage, index) => {
    const capMs = capFor(Float64Array.from(staged, (change) => stageMs(change, index)));
    return capMs === undefined ? [] : [replayCap(staged, shipments, { stage, index, queue, capMs })];
  });
  const before = distributionOf(
    Float64Array.from(staged, ({ shipment, staged: way }) => shipment.atMs - (way?.startMs ?? shipment.atMs)),
  );
  const clusters = Int32Array.from(staged, ({ shipment }) => shipment.index);
  const intervals = bootstrapClusters(
    replays.map(({ afterMs }) => afterMs),
    clusters,
    seed,
  );
  const results = replays.map((replay, index) => whatIf(replay, before, intervals[index]));
  return results.sort((a, b) => saving(b.median) - saving(a.median) || saving(b.p90) - saving(a.p90));
}

function whatIf(
  { stage, capMs, afterMs, touched, absorbed }: Replay,
  before: Distribution,
  intervals: QuantileIntervals | undefined,
): WhatIf {
  const after = distributionOf(afterMs);
  const effect = (from: number | null, to: number | null, interval: Interval | undefined) => ({
    before: from ?? 0,
    after: to ?? 0,
    afterInterval: interval ?? { low: to ?? 0, high: to ?? 0 },
  });
  return {
    stage,
    capMs,
    touched,
    n: afterMs.length,
    median: effect(before.median, after.median, intervals?.median),
    p90: effect(before.p90, after.p90, intervals?.p90),
    absorbed,
  };
}

/** The largest round figure below the stage's median; where half take less than an hour, below its 90th percentile. */
function capFor(durations: Float64Array): number | undefined {
  const { median, p90 } = distributionOf(durations);
  const under = (limit: number | null) => CAPS_MS.findLast((cap) => limit !== null && cap < limit);
  return under(median) ?? under(p90);
}

type Cap = {
  readonly stage: StageName;
  /** Of the stage, and of the stage `queue`, among the stages of every change. */
  readonly index: number;
  readonly queue: number;
  readonly capMs: number;
};

function replayCap(changes: readonly ShippedChange[], shipments: readonly Shipment[], cap: Cap): Replay {
  const { stage, index, queue, capMs } = cap;
  let touched = 0;
  let absorbed = 0;
  const afterMs = Float64Array.from(changes, (change) => {
    const { staged, shipment } = change;
    if (staged === null) return 0;
    const beforeMs = shipment.atMs - staged.startMs;
    const savedMs = stageMs(change, index) - capMs;
    if (savedMs <= 0) return beforeMs;
    touched += 1;
    if (index >= queue) return beforeMs - savedMs;
    const readyMs = (staged.endsMs[queue - 1] ?? staged.startMs) - savedMs;
    const taken = firstDeploymentAfter(readyMs, shipment, shipments);
    if (taken === shipment) absorbed += 1;
    return Math.max(0, taken.atMs - staged.startMs);
  });
  return { stage, capMs, afterMs, touched, absorbed };
}

function stageMs({ staged }: ShippedChange, index: number): number {
  if (staged === null) return 0;
  return (staged.endsMs[index] ?? staged.startMs) - (staged.endsMs[index - 1] ?? staged.startMs);
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
