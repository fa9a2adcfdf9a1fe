import { type Interval, percentileOf } from "./distribution.ts";
import type { Ranking } from "./ranking.ts";
import { seededRandom } from "./seeded-random.ts";

/** Resamples × values stay below this. */
const STEPS_MAX = 1_000_000;
const RESAMPLES_MAX = 400;
const RESAMPLES_MIN = 50;
const UNKNOWN = -1;
const QUANTILES = [0.5, 0.9] as const;

export type QuantileIntervals = { readonly median: Interval; readonly p90: Interval };

/**
 * 95 % percentile intervals of median and 90th percentile, resampling whole clusters: the changes of one deployment wait for the same moment. All series see the same
 * resamples, so that they can be compared. A resample costs a pass over the clusters and a short walk from where the quantile stands in the values as they are, instead
 * of a pass over the values.
 *
 * @param series rankings of values, each as long as `clusters`
 * @param clusters of each value, small whole numbers from 0
 */
export function bootstrapClusters(
  series: readonly Ranking[],
  clusters: Int32Array,
  seed: number,
): readonly QuantileIntervals[] {
  if (series.length === 0 || clusters.length === 0) return [];
  const places = placesOf(clusters);
  const ranked = series.map((ranking) => anchored(ranking, places));
  const count = places.count;
  const rounds = Math.max(RESAMPLES_MIN, Math.min(RESAMPLES_MAX, Math.floor(STEPS_MAX / clusters.length)));
  const random = seededRandom(seed);
  const weights = new Int32Array(count);
  const found = ranked.map(() => QUANTILES.map(() => new Float64Array(rounds)));
  for (let round = 0; round < rounds; round += 1) {
    const total = drawClusters(weights, places.sizes, random);
    for (const [nth, one] of ranked.entries())
      for (const [which, share] of QUANTILES.entries()) {
        const target = found[nth]?.[which];
        const anchor = one.anchors[which];
        if (target !== undefined && anchor !== undefined)
          target[round] = weightedQuantile(one, anchor, weights, total * share);
      }
  }
  return found.map(([medians, p90s]) => ({ median: middle95(medians), p90: middle95(p90s) }));
}

type Places = { readonly ofValue: Int32Array; readonly sizes: Int32Array; readonly count: number };

/** Clusters numbered from 0 in the order in which they come. */
function placesOf(clusters: Int32Array): Places {
  let highest = 0;
  for (const cluster of clusters) highest = Math.max(highest, cluster);
  const known = new Int32Array(highest + 1).fill(UNKNOWN);
  const ofValue = new Int32Array(clusters.length);
  const sizes = new Int32Array(clusters.length);
  let count = 0;
  for (let index = 0; index < clusters.length; index += 1) {
    const cluster = clusters[index] ?? 0;
    let place = known[cluster] ?? UNKNOWN;
    if (place === UNKNOWN) {
      place = count++;
      known[cluster] = place;
    }
    ofValue[index] = place;
    sizes[place] = (sizes[place] ?? 0) + 1;
  }
  return { ofValue, sizes: sizes.subarray(0, count), count };
}

/** Where a quantile stands in the values as they are, and how many values of each cluster lie below. */
type Anchor = { readonly rank: number; readonly below: Int32Array };
type Ranked = { readonly sorted: Float64Array; readonly placeAt: Int32Array; readonly anchors: readonly Anchor[] };

function anchored({ sorted, order }: Ranking, places: Places): Ranked {
  const placeAt = new Int32Array(order.length);
  for (let at = 0; at < order.length; at += 1) placeAt[at] = places.ofValue[order[at] ?? 0] ?? 0;
  const anchors = QUANTILES.map((share) => {
    const below = new Int32Array(places.count);
    const end = Math.floor(sorted.length * share);
    for (let at = 0; at < end; at += 1) {
      const place = placeAt[at] ?? 0;
      below[place] = (below[place] ?? 0) + 1;
    }
    return { rank: end, below };
  });
  return { sorted, placeAt, anchors };
}

/** @returns how many values were drawn */
function drawClusters(weights: Int32Array, sizes: Int32Array, random: () => number): number {
  const count = weights.length;
  weights.fill(0);
  let total = 0;
  for (let draw = 0; draw < count; draw += 1) {
    const place = (random() * count) | 0;
    weights[place] = (weights[place] ?? 0) + 1;
    total += sizes[place] ?? 0;
  }
  return total;
}

/** The least value at or below which the weights reach `target`. */
function weightedQuantile(
  { sorted, placeAt }: Ranked,
  { rank: anchor, below }: Anchor,
  weights: Int32Array,
  target: number,
): number {
  let passed = 0;
  for (let place = 0; place < weights.length; place += 1) passed += (weights[place] ?? 0) * (below[place] ?? 0);
  let index = anchor;
  while (index < sorted.length && passed < target) {
    passed += weights[placeAt[index] ?? 0] ?? 0;
    index += 1;
  }
  while (index > 0) {
    const less = passed - (weights[placeAt[index - 1] ?? 0] ?? 0);
    if (less < target) break;
    passed = less;
    index -= 1;
  }
  return sorted[Math.max(0, index - 1)] ?? 0;
}

function middle95(values: Float64Array | undefined): Interval {
  const sorted = values?.sort() ?? [];
  return { low: percentileOf(sorted, 0.025), high: percentileOf(sorted, 0.975) };
}
