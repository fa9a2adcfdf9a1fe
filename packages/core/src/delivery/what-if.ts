import type { StageName, WhatIf } from "./bottleneck-report.ts";
import type { Interval } from "./distribution.ts";
import { distributionOf, percentileOf } from "./distribution.ts";
import { UNOWNED } from "./ownership.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Shipment } from "./shipments.ts";
import type { ShippedChange } from "./shipped-changes.ts";
import { isMeasured } from "./window-view.ts";

const HOUR_MS = 3_600_000;
/** Round figures that a team could promise itself. */
const CAPS_MS = [1, 2, 4, 8, 24, 48, 72, 168, 336, 672].map((hours) => hours * HOUR_MS);
/** Changes that a replay needs to say anything. */
export const REPLAY_N_MIN = 20;
/** Resamples × changes stay below this: 20 ms at about 10 ns each, two percentiles in one scan. */
const BOOTSTRAP_STEPS_MAX = 1_000_000;
const RESAMPLES_MAX = 400;
const RESAMPLES_MIN = 50;

type Replayed = {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly isTouched: boolean;
  readonly isAbsorbed: boolean;
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
  const results = stages.flatMap((stage, index) => {
    const capMs = capFor(staged.map((change) => stageMs(change, index)));
    return capMs === undefined ? [] : [replayCap(staged, shipments, stage, index, capMs, seed)];
  });
  return results.sort((a, b) => saving(b.median) - saving(a.median) || saving(b.p90) - saving(a.p90));
}

/** The largest round figure below the stage's median; where half take less than an hour, below its 90th percentile. */
function capFor(durations: readonly number[]): number | undefined {
  const { median, p90 } = distributionOf(durations);
  const under = (limit: number | null) => CAPS_MS.findLast((cap) => limit !== null && cap < limit);
  return under(median) ?? under(p90);
}

export function replayCap(
  changes: readonly ShippedChange[],
  shipments: readonly Shipment[],
  stage: StageName,
  index: number,
  capMs: number,
  seed: number,
): WhatIf {
  const replayed = changes.map((change) => replayOne(change, shipments, index, capMs));
  const clusters = changes.map(({ shipment }) => shipment.index);
  const before = distributionOf(replayed.map(({ beforeMs }) => beforeMs));
  const afterValues = replayed.map(({ afterMs }) => afterMs);
  const after = distributionOf(afterValues);
  const intervals = bootstrap(afterValues, clusters, seed);
  return {
    stage,
    capMs,
    touched: replayed.filter(({ isTouched }) => isTouched).length,
    n: replayed.length,
    median: { before: before.median ?? 0, after: after.median ?? 0, afterInterval: intervals.median },
    p90: { before: before.p90 ?? 0, after: after.p90 ?? 0, afterInterval: intervals.p90 },
    absorbed: replayed.filter(({ isAbsorbed }) => isAbsorbed).length,
  };
}

function stageMs({ staged }: ShippedChange, index: number): number {
  if (staged === null) return 0;
  return (staged.endsMs[index] ?? staged.startMs) - (staged.endsMs[index - 1] ?? staged.startMs);
}

function replayOne(change: ShippedChange, shipments: readonly Shipment[], index: number, capMs: number): Replayed {
  const { staged, shipment } = change;
  if (staged === null) return { beforeMs: 0, afterMs: 0, isTouched: false, isAbsorbed: false };
  const beforeMs = shipment.atMs - staged.startMs;
  const savedMs = stageMs(change, index) - capMs;
  if (savedMs <= 0) return { beforeMs, afterMs: beforeMs, isTouched: false, isAbsorbed: false };
  const queue = staged.stages.indexOf("queue");
  if (index >= queue) return { beforeMs, afterMs: beforeMs - savedMs, isTouched: true, isAbsorbed: false };
  const readyMs = (staged.endsMs[queue - 1] ?? staged.startMs) - savedMs;
  const taken = firstDeploymentAfter(readyMs, shipment, shipments);
  const afterMs = Math.max(0, taken.atMs - staged.startMs);
  return { beforeMs, afterMs, isTouched: true, isAbsorbed: taken === shipment };
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

/** Percentile intervals, resampling whole deployments: their changes wait for the same moment. */
function bootstrap(
  values: readonly number[],
  clusters: readonly number[],
  seed: number,
): { readonly median: Interval; readonly p90: Interval } {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const sorted = new Float64Array(values).sort();
  const places = new Map([...new Set(clusters)].map((cluster, place) => [cluster, place]));
  const clusterOf = Int32Array.from(order, (index) => places.get(clusters[index] ?? 0) ?? 0);
  const sizes = new Int32Array(places.size);
  for (let index = 0; index < clusterOf.length; index += 1) addAt(sizes, clusterOf[index] ?? 0, 1);
  const rounds = Math.max(RESAMPLES_MIN, Math.min(RESAMPLES_MAX, Math.floor(BOOTSTRAP_STEPS_MAX / values.length)));
  const random = seededRandom(seed);
  const medians = new Float64Array(rounds);
  const p90s = new Float64Array(rounds);
  const weights = new Int32Array(places.size);
  for (let round = 0; round < rounds; round += 1) {
    weights.fill(0);
    let total = 0;
    for (let draw = 0; draw < places.size; draw += 1) {
      const place = Math.floor(random() * places.size);
      addAt(weights, place, 1);
      total += sizes[place] ?? 0;
    }
    const [median, p90] = weightedQuantiles(sorted, clusterOf, weights, total);
    medians[round] = median;
    p90s[round] = p90;
  }
  return { median: middle95(medians), p90: middle95(p90s) };
}

function addAt(counts: Int32Array, place: number, more: number): void {
  counts[place] = (counts[place] ?? 0) + more;
}

/** @param total weight of all values */
function weightedQuantiles(
  sorted: Float64Array,
  clusterOf: Int32Array,
  weights: Int32Array,
  total: number,
): readonly [number, number] {
  let passed = 0;
  let index = 0;
  for (; index < sorted.length && passed < total * 0.5; index += 1) passed += weights[clusterOf[index] ?? 0] ?? 0;
  const median = sorted[Math.max(0, index - 1)] ?? 0;
  for (; index < sorted.length && passed < total * 0.9; index += 1) passed += weights[clusterOf[index] ?? 0] ?? 0;
  return [median, sorted[Math.max(0, index - 1)] ?? 0];
}

function middle95(values: Float64Array): Interval {
  const sorted = values.sort();
  return { low: percentileOf(sorted, 0.025), high: percentileOf(sorted, 0.975) };
}

function saving({ before, after }: { readonly before: number; readonly after: number }): number {
  return before - after;
}
