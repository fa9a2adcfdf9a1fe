/**
 * `null` where n is 0. Below `MEDIAN_N_MIN` (`P90_N_MIN`) values a figure is there for machines, but a page shows "too few". Percentiles by linear interpolation
 * between closest ranks.
 */
export type Distribution = {
  readonly n: number;
  readonly median: number | null;
  readonly p90: number | null;
  readonly mean: number | null;
};

/** A range that holds the true value in 95 of 100 cases. */
export type Interval = { readonly low: number; readonly high: number };

/** Standard normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054;

export const EMPTY_DISTRIBUTION: Distribution = { n: 0, median: null, p90: null, mean: null };

/** Middle and upper end of some values, in any order. O(n log n). */
export function distributionOf(values: ArrayLike<number>): Distribution {
  return distributionOfSorted(sortedOf(values));
}

/** The same of values that are in ascending order already. */
export function distributionOfSorted(sorted: ArrayLike<number>): Distribution {
  if (sorted.length === 0) return EMPTY_DISTRIBUTION;
  let sum = 0;
  for (let index = 0; index < sorted.length; index += 1) sum += sorted[index] ?? 0;
  return {
    n: sorted.length,
    median: percentileOf(sorted, 0.5),
    p90: percentileOf(sorted, 0.9),
    mean: sum / sorted.length,
  };
}

/** Below this size a plain array sorts faster than a typed one is made: a report asks for thousands of small medians. */
const SMALL = 32;

/** Ascending, in an array of its own. */
export function sortedOf(values: ArrayLike<number>): ArrayLike<number> {
  if (values.length > SMALL) return new Float64Array(values).sort();
  const sorted: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    let at = index;
    for (; at > 0 && (sorted[at - 1] ?? 0) > value; at -= 1) sorted[at] = sorted[at - 1] ?? 0;
    sorted[at] = value;
  }
  return sorted;
}

/**
 * Percentile by linear interpolation between closest ranks (Hyndman and Fan's type 7, as in NumPy and spreadsheets).
 *
 * @param sorted ascending, not empty
 * @param share 0..1
 */
export function percentileOf(sorted: ArrayLike<number>, share: number): number {
  const rank = (sorted.length - 1) * share;
  const below = Math.floor(rank);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (rank - below);
}

/** Wilson's score interval of a rate, 95 %; `null` without trials. Honest also near 0 and 1, where the normal one is not. */
export function wilsonInterval(hits: number, trials: number): Interval | null {
  if (trials <= 0) return null;
  const rate = hits / trials;
  const spread =
    (Z95 * Math.sqrt((rate * (1 - rate) + (Z95 * Z95) / (4 * trials)) / trials)) / (1 + (Z95 * Z95) / trials);
  const centre = (rate + (Z95 * Z95) / (2 * trials)) / (1 + (Z95 * Z95) / trials);
  // Exactly 0 and 1 where nothing, or everything, was hit: rounding leaves a hair's breadth.
  return {
    low: hits === 0 ? 0 : Math.max(0, centre - spread),
    high: hits === trials ? 1 : Math.min(1, centre + spread),
  };
}

/**
 * A 95 % interval of the expected number of events where `count` were seen, if they come independently of each other (Poisson), by Byar's approximation of the exact
 * one: within 1 % of it from a count of 1 on.
 */
export function countInterval(count: number): Interval {
  const bound = (n: number, sign: 1 | -1) => n * (1 - 1 / (9 * n) + (sign * Z95) / (3 * Math.sqrt(n))) ** 3;
  return { low: count === 0 ? 0 : bound(count, -1), high: bound(count + 1, 1) };
}

/** Fewer groups say nothing about how much groups vary. */
const GROUPS_MIN = 5;

/**
 * A 95 % interval of a median whose values come in groups: the commits of one deployment wait for the same moment, so that they are no independent
 * witnesses. Woodruff (1952): the standard error of "share of values at or below the median", robust to groups, is carried to the values' own
 * quantiles. O(n log n), without chance.
 *
 * @param groups of each value, small whole numbers from 0
 * @param sorted the values in ascending order, where somebody has them so
 * @returns `null` for fewer than five groups
 */
export function groupedMedianInterval(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  sorted: ArrayLike<number> = sortedOf(values),
): Interval | null {
  if (values.length === 0) return null;
  const median = percentileOf(sorted, 0.5);
  let largest = 0;
  for (let index = 0; index < groups.length; index += 1) largest = Math.max(largest, groups[index] ?? 0);
  const excess = new Float64Array(largest + 1);
  const isMember = new Uint8Array(largest + 1);
  for (let index = 0; index < values.length; index += 1) {
    const group = groups[index] ?? 0;
    const value = values[index] ?? 0;
    const step = value < median ? 0.5 : value > median ? -0.5 : 0;
    excess[group] = (excess[group] ?? 0) + step;
    isMember[group] = 1;
  }
  let count = 0;
  let squares = 0;
  for (let group = 0; group <= largest; group += 1) {
    count += isMember[group] ?? 0;
    squares += (excess[group] ?? 0) ** 2;
  }
  if (count < GROUPS_MIN) return null;
  const error = (Math.sqrt(squares) / values.length) * Math.sqrt(count / (count - 1));
  const low = Math.max(0, 0.5 - Z95 * error);
  const high = Math.min(1, 0.5 + Z95 * error);
  return { low: percentileOf(sorted, low), high: percentileOf(sorted, high) };
}
