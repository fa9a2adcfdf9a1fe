import type { HistogramCounts } from "./counts.ts";
import { BUCKETS_PER_DOUBLING, histogramTotal, MIN_BUCKET_INDEX, quantileIndex } from "./histogram.ts";

/** The cut points are the baseline's p50, p75, p90, p95 and p99: six bins. */
const CUT_QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99] as const;
const BIN_SHARES: readonly number[] = [0.5, 0.25, 0.15, 0.05, 0.04, 0.01];
/** Latencies of the baseline before cut points are frozen: two of them lie above the p99. */
export const MIN_LATENCIES_FOR_CUTS = 200;
/** Pseudo-counts that keep a bin never seen from being ruled out. */
const SMOOTHING = 5;

const STRENGTHS = [0.25, 0.7, 1.5, 3, 6] as const;
/** −ln(1 − quantile at the middle of the bin), scaled to 1: latencies grow in proportion. */
const PROPORTIONAL_SCORES = scaledToOne(
  BIN_SHARES.map((share, bin) => -Math.log(1 - (BIN_SHARES.slice(0, bin).reduce((sum, s) => sum + s, 0) + share / 2))),
);
/** Everything moves up; or only the tail does. */
const SCORES: readonly (readonly number[])[] = [
  PROPORTIONAL_SCORES,
  [0, 0.6, 0.85, 0.93, 0.98, 1],
  [0, 0, 0, 0, 0.5, 1],
];
/** e^{η s_j} of the 15 bets: three ways to be slower, five strengths each. */
const BETS = SCORES.flatMap((scores) =>
  STRENGTHS.map((strength) => ({
    logTilts: scores.map((score) => strength * score),
    tilts: scores.map((score) => Math.exp(strength * score)),
  })),
);

export const LATENCY_BET_COUNT = BETS.length;
export const EMPTY_BINS: readonly number[] = BIN_SHARES.map(() => 0);

/** Bucket indexes of the five cut points, frozen. */
export type LatencyCuts = readonly number[];

/** `null` when the histogram has too few latencies to cut by. */
export function chooseLatencyCuts(baseline: HistogramCounts): LatencyCuts | null {
  if (histogramTotal(baseline) < MIN_LATENCIES_FOR_CUTS) return null;
  return CUT_QUANTILES.map((q) => quantileIndex(baseline, q) ?? 0);
}

/** A ratio as a shift in whole buckets, rounded up. */
export function ratioToShift(ratio: number): number {
  return Math.max(0, Math.ceil(Math.log2(ratio) * BUCKETS_PER_DOUBLING - ROUNDING_GRACE));
}
/** log2 of an exact bucket edge may come out a rounding error above the whole number. */
const ROUNDING_GRACE = 1e-9;

/** Counts in the six bins when every cut point is moved up by `shift` buckets. */
export function binLatencies(counts: HistogramCounts, cuts: LatencyCuts, shift: number): number[] {
  const bins = [0, 0, 0, 0, 0, 0];
  let bin = 0;
  const place = (index: number, count: number): void => {
    while (bin < cuts.length && index > (cuts[bin] ?? 0) + shift) bin += 1;
    bins[bin] = (bins[bin] ?? 0) + count;
  };
  place(MIN_BUCKET_INDEX - 1, counts.zeroCount);
  counts.bucketCounts.forEach((count, position) => {
    place(counts.offset + position, count);
  });
  return bins;
}

/** θ_b: smoothed shares of the six bins, from past baseline counts. */
export function smoothedBinShares(past: readonly number[]): number[] {
  const total = sum(past) + SMOOTHING;
  return past.map((count, bin) => (count + SMOOTHING * (BIN_SHARES[bin] ?? 0)) / total);
}

/** Latency counts of a block in the six bins. */
export type LatencyBlock = { readonly candidate: readonly number[]; readonly baseline: readonly number[] };

/**
 * ln L of the 15 bets, for the null "the candidate is stochastically no slower than the baseline".
 *
 * `θ_c,j ∝ θ_b,j·e^{η s_j}`, `m = wθ_c + (1−w)θ_b`, `ln L = Σ_j C_j ln(θ_c,j/m_j) + B_j ln(θ_b,j/m_j)`.
 * Valid because θ_c/m increases in j.
 *
 * @param shares θ_b, from before the block; all positive
 */
export function latencyLogFactors(block: LatencyBlock, shares: readonly number[]): number[] {
  const candidateTotal = sum(block.candidate);
  const w = candidateTotal / (candidateTotal + sum(block.baseline));
  return BETS.map(({ logTilts, tilts }) => {
    const scale = tiltScale(tilts, shares);
    const logScale = Math.log(scale);
    let log = 0;
    for (let bin = 0; bin < tilts.length; bin += 1) {
      const slower = block.candidate[bin] ?? 0;
      const all = slower + (block.baseline[bin] ?? 0);
      if (all === 0) continue;
      const mixed = (w * (tilts[bin] ?? 1)) / scale + 1 - w;
      log += slower * ((logTilts[bin] ?? 0) - logScale) - all * Math.log(mixed);
    }
    return log;
  });
}

/** The same bets without a concurrent baseline: null "no slower than `shares`", which is fixed. */
export function oneArmLatencyLogFactors(candidate: readonly number[], shares: readonly number[]): number[] {
  return BETS.map(({ logTilts, tilts }) => {
    const logScale = Math.log(tiltScale(tilts, shares));
    let log = 0;
    for (let bin = 0; bin < tilts.length; bin += 1) {
      log += (candidate[bin] ?? 0) * ((logTilts[bin] ?? 0) - logScale);
    }
    return log;
  });
}

/**
 * Information per latency against the nearest point of the null, when the candidate's bins have `slower` shares and
 * the baseline's `shares`: the pooled distribution is that point whenever slower/shares increases.
 */
export function latencyInformation(
  candidateShare: number,
  slower: readonly number[],
  shares: readonly number[],
): number {
  const w = candidateShare;
  let information = 0;
  slower.forEach((c, bin) => {
    const b = shares[bin] ?? 0;
    const mixed = w * c + (1 - w) * b;
    if (c > 0) information += w * c * Math.log(c / mixed);
    if (b > 0) information += (1 - w) * b * Math.log(b / mixed);
  });
  return Math.max(0, information);
}

function tiltScale(tilts: readonly number[], shares: readonly number[]): number {
  let scale = 0;
  for (let bin = 0; bin < tilts.length; bin += 1) scale += (tilts[bin] ?? 1) * (shares[bin] ?? 0);
  return scale;
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function scaledToOne(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  return scores.map((score) => score / largest);
}
