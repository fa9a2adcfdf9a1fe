import { countArrangements, visitArrangements } from "./arrangements.ts";
import { seededRandom } from "./seeded-random.ts";

/** Where a series became another one. */
export type ChangePoint = {
  /** Index of the first value after the change. */
  readonly index: number;
  readonly pValue: number;
};

export type ChangePointOptions = {
  readonly seed: number;
  /** A split counts when at most this share of shuffled series splits as clearly; of a segment shorter than `FEW`, at most `FEW_ALPHA` where that is more. */
  readonly alpha: number;
};

/** Values on either side of a split. */
export const SEGMENT_MIN = 4;
/**
 * No order of eight values splits more clearly than 2 of the 70 choices of four, and none of nine than 2 of 126: below 10 values nothing could ever be found at 1 %. From 10 on the clearest
 * are 2 of 210 or fewer.
 */
const FEW = 10;
const FEW_ALPHA = 0.03;
/** Up to here all orders that differ in a split are tried, 3,150 at most: with a chance draw of them it would be chance whether the clearest split is found. */
const EXACT_MAX = 10;
/** A series longer than this is refused: the cost is quadratic, and a caller has joined periods long before. */
const VALUES_MAX = 400;
/** Shuffles: the shorter the series, the cheaper is one, and the nearer to the level is the clearest split that there can be. 1,999 × 22² pairs are 1 million steps, about a millisecond. */
const PERMUTATIONS_MIN = 299;
const PERMUTATIONS_MAX = 1_999;
const STEPS = 1_000_000;
/** Of two orders that are equal but for rounding, both count: 400 sums of doubles stay far below this share of what they add up. */
const ROUNDING = 1e-12;

/**
 * E-divisive (Matteson and James 2014, as Apache Otava does it): the split with the largest energy distance between its two sides is kept if a
 * permutation test finds it unusual, then both sides are searched in turn. Knows nothing of distributions; sees shifts of level and of spread. Short segments are tested against all
 * their orders, longer ones against a draw of them.
 *
 * O(n²) a permutation; a hopeless test stops early. Deterministic for a seed.
 *
 * @param values at most 400, finite
 * @returns in order of their index
 */
export function findChangePoints(values: readonly number[], options: ChangePointOptions): readonly ChangePoint[] {
  if (values.length > VALUES_MAX) throw new RangeError(`${values.length} values; at most ${VALUES_MAX}`);
  const random = seededRandom(options.seed);
  const found: ChangePoint[] = [];
  const segments: { readonly from: number; readonly to: number }[] = [{ from: 0, to: values.length }];
  for (let segment = segments.pop(); segment !== undefined; segment = segments.pop()) {
    const part = seriesOf(values.slice(segment.from, segment.to));
    const split = clearestSplit(part);
    if (split === undefined) continue;
    const size = segment.to - segment.from;
    const alpha = size < FEW ? Math.max(options.alpha, FEW_ALPHA) : options.alpha;
    const least = split.energy - part.pairs * ROUNDING;
    const pValue = size <= EXACT_MAX ? exactPValue(part, least, alpha) : permutationPValue(part, least, alpha, random);
    if (pValue > alpha) continue;
    const index = segment.from + split.index;
    found.push({ index, pValue });
    segments.push({ from: index, to: segment.to }, { from: segment.from, to: index });
  }
  return found.sort((a, b) => a.index - b.index);
}

/**
 * Share of all orders that split at least as clearly: neither the direction nor the order within the least first and last side changes a split. Stops once it is too large.
 */
function exactPValue({ values, distances, pairs }: Series, least: number, alpha: number): number {
  const arranged = { values: values.slice(), distances: distances.slice(), pairs };
  const orders = countArrangements(values.length, SEGMENT_MIN);
  const hitsMax = Math.floor(alpha * orders);
  let hits = 0;
  visitArrangements(values.length, SEGMENT_MIN, (order) => {
    for (let at = 0; at < order.length; at += 1) {
      arranged.values[at] = values[order[at] ?? 0] ?? 0;
      arranged.distances[at] = distances[order[at] ?? 0] ?? 0;
    }
    if ((clearestSplit(arranged)?.energy ?? 0) >= least) hits += 1;
    return hits <= hitsMax;
  });
  return hits / orders;
}

/** Share of shuffled series (this one among them) that split at least as clearly. Stops once the answer can only be "too many". */
function permutationPValue(series: Series, least: number, alpha: number, random: () => number): number {
  const size = series.values.length;
  const hundreds = Math.round(STEPS / (size * size) / 100);
  // One less than a multiple of 100: with this series among them, 1 % is a whole number.
  const permutations = Math.max(PERMUTATIONS_MIN, Math.min(PERMUTATIONS_MAX, hundreds * 100 - 1));
  const hitsMax = Math.floor(alpha * (permutations + 1)) - 1;
  const shuffled = { ...series, values: series.values.slice(), distances: series.distances.slice() };
  let hits = 0;
  for (let round = 1; round <= permutations; round += 1) {
    shuffle(shuffled, random);
    if ((clearestSplit(shuffled)?.energy ?? 0) >= least) hits += 1;
    if (hits > hitsMax) return (hits + 1) / (round + 1);
  }
  return (hits + 1) / (permutations + 1);
}

/** Values, and of each the sum of its distances to all others, which no order of theirs changes. */
type Series = {
  readonly values: Float64Array;
  readonly distances: Float64Array;
  /** Of every pair. */
  readonly pairs: number;
};

function seriesOf(values: readonly number[]): Series {
  const series = { values: Float64Array.from(values), distances: new Float64Array(values.length) };
  let twice = 0;
  for (let index = 0; index < values.length; index += 1) {
    series.distances[index] = distancesTo(series.values, index, values.length);
    twice += series.distances[index] ?? 0;
  }
  return { ...series, pairs: twice / 2 };
}

function shuffle({ values, distances }: Series, random: () => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    for (const column of [values, distances]) {
      const kept = column[last] ?? 0;
      column[last] = column[other] ?? 0;
      column[other] = kept;
    }
  }
}

type Split = { readonly index: number; readonly energy: number };

/**
 * The split with the largest scaled energy distance, `mn/(m+n) · (2·E|X−Y| − E|X−X′| − E|Y−Y′|)`; `undefined` for a segment too short. The three sums of distances
 * are carried along while the split moves to the right; of a value that moves, the distances to what lies on the right are all its distances but those on the left.
 */
function clearestSplit({ values, distances, pairs }: Series): Split | undefined {
  const size = values.length;
  if (size < 2 * SEGMENT_MIN) return undefined;
  let within = 0;
  let between = 0;
  let right = pairs;
  let best: Split | undefined;
  for (let moved = 0; moved < size - SEGMENT_MIN; moved += 1) {
    const toLeft = distancesTo(values, moved, moved);
    const toRight = (distances[moved] ?? 0) - toLeft;
    within += toLeft;
    right -= toRight;
    between += toRight - toLeft;
    const left = moved + 1;
    if (left < SEGMENT_MIN) continue;
    const rest = size - left;
    const energy =
      (left *
        rest *
        ((2 * between) / (left * rest) - (2 * within) / (left * (left - 1)) - (2 * right) / (rest * (rest - 1)))) /
      size;
    if (best === undefined || energy > best.energy) best = { index: left, energy };
  }
  return best;
}

/** From one value to each of the first `count`. */
function distancesTo(values: Float64Array, index: number, count: number): number {
  const value = values[index] ?? 0;
  let sum = 0;
  for (let other = 0; other < count; other += 1) sum += Math.abs(value - (values[other] ?? 0));
  return sum;
}
