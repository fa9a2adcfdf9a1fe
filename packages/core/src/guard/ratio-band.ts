import { logSumExp } from "./evidence.ts";
import type { RateBlock } from "./failure-rate-test.ts";

/** Ratios of failure rates on the chart: 2^-6 … 2^12 in eighths of a doubling, 145 in all. */
export const BAND_RATIOS: readonly number[] = Array.from({ length: 145 }, (_, j) => 2 ** (j / 8 - 6));
const LOG_BAND_RATIOS = BAND_RATIOS.map((ratio) => Math.log(ratio));

/** S_j for every ratio, up to a constant that is the same for all. */
export type RatioBandState = readonly number[];

export function startRatioBand(): RatioBandState {
  return BAND_RATIOS.map(() => 0);
}

/** Adds a block: `S_j += x_c ln θ(r_j) + x_b ln(1−θ(r_j))`, `θ(r) = rw/(rw+1−w)`. */
export function addToRatioBand(band: RatioBandState, block: RateBlock): RatioBandState {
  const failures = block.candidateFailures + block.baselineFailures;
  if (failures === 0) return band;
  const w = block.candidateRequests / (block.candidateRequests + block.baselineRequests);
  return band.map((sum, j) => {
    const ratio = BAND_RATIOS[j] ?? 1;
    return sum + block.candidateFailures * (LOG_BAND_RATIOS[j] ?? 0) - failures * Math.log1p(w * (ratio - 1));
  });
}

/** The ratios not ruled out at 1 − α, for ever; `null` before the first failure. */
export function ratioBand(band: RatioBandState, alpha: number): { low: number; high: number } | null {
  if (band.every((sum) => sum === 0)) return null;
  const limit = logSumExp(band) - Math.log(band.length) + Math.log(alpha);
  let low = 0;
  let high = 0;
  band.forEach((sum, j) => {
    if (sum <= limit) return;
    const ratio = BAND_RATIOS[j] ?? 1;
    if (low === 0) low = ratio;
    high = ratio;
  });
  // The likeliest ratio is always inside (its S is at least the mean), so low is never left at 0.
  return { low, high };
}
