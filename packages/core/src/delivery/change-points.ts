import { seededRandom } from "./seeded-random.ts";

/** Where a series became another one. */
export type ChangePoint = {
  /** Index of the first value after the change. */
  readonly index: number;
  readonly pValue: number;
};

export type ChangePointOptions = {
  readonly seed: number;
  /** A split counts when at most this share of shuffled series splits as clearly. */
  readonly alpha: number;
};

/** Values on either side of a split. */
export const SEGMENT_MIN = 4;
/** A series longer than this is refused: the cost is quadratic, and a caller has joined periods long before. */
const VALUES_MAX = 400;
const PERMUTATIONS = 299;

/**
 * E-divisive (Matteson and James 2014, as Apache Otava does it): the split with the largest energy distance between its two sides is kept if a
 * permutation test finds it unusual, then both sides are searched in turn. Knows nothing of distributions; sees shifts of level and of spread.
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
    const pValue = permutationPValue(part, split.energy, options.alpha, random);
    if (pValue > options.alpha) continue;
    const index = segment.from + split.index;
    found.push({ index, pValue });
    segments.push({ from: index, to: segment.to }, { from: segment.from, to: index });
  }
  return found.sort((a, b) => a.index - b.index);
}

/** Share of shuffled series (this one among them) that split at least as clearly. Stops once the answer can only be "too many". */
function permutationPValue(series: Series, energy: number, alpha: number, random: () => number): number {
  const hitsMax = Math.floor(alpha * (PERMUTATIONS + 1)) - 1;
  const shuffled = { ...series, values: series.values.slice(), distances: series.distances.slice() };
  let hits = 0;
  for (let round = 1; round <= PERMUTATIONS; round += 1) {
    shuffle(shuffled, random);
    if ((clearestSplit(shuffled)?.energy ?? 0) >= energy) hits += 1;
    if (hits > hitsMax) return (hits + 1) / (round + 1);
  }
  return (hits + 1) / (PERMUTATIONS + 1);
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
