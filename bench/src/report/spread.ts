/** Order statistics of a sample. */
export type Spread = {
  readonly count: number;
  readonly min: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
};

/** @throws {RangeError} on an empty sample: there is nothing to say of it */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("a spread needs at least one value");
  const sorted = [...values].sort((a, b) => a - b);
  return {
    count: sorted.length,
    min: quantile(sorted, 0),
    p5: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  };
}

/** The smallest value that at least the share `q` of the sample does not exceed. @param sorted ascending, not empty */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * What was measured side by side, round by round: the ratio of each round, so that what slowed both in a round cancels.
 *
 * @throws {RangeError} when the samples are not of the same rounds
 */
export function ratioSpread(ours: readonly number[], peers: readonly number[]): Spread {
  if (ours.length !== peers.length) throw new RangeError("ratios need the same rounds of both");
  return spreadOf(ours.map((value, round) => value / (peers[round] ?? Number.NaN)));
}
