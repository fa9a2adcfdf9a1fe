import type { FailureTolerance } from "./plan.ts";

/** What happened in a block: the ticks up to and including the first by which both arms have a request. */
export type RateBlock = {
  readonly candidateRequests: number;
  readonly candidateFailures: number;
  readonly baselineRequests: number;
  readonly baselineFailures: number;
};

export const EMPTY_BLOCK: RateBlock = {
  candidateRequests: 0,
  candidateFailures: 0,
  baselineRequests: 0,
  baselineFailures: 0,
};

/** Baseline requests and failures before the block: they choose the bet, they never decide. */
export type PastCounts = { readonly requests: number; readonly failures: number };

/** A bet that the candidate fails at `candidateRate`, against the nearest point of the null. */
export type FailureBet = {
  readonly candidateRate: number;
  readonly baselineRate: number;
  /** The null point (u*, t*): u* = ρt* + ε. */
  readonly nullCandidateRate: number;
  readonly nullBaselineRate: number;
};

/** r_k = 1 + 0.3·3^k: from 1.3 times what is tolerated to 5,905 times. */
export const BET_RATIOS: readonly number[] = Array.from({ length: 10 }, (_, k) => 1 + 0.3 * 3 ** k);
/** No bet is put on a certainty, so no single success can wipe a bet out for good. */
const MAX_BET_RATE = 0.98;
/**
 * Relative width at which the search for the null point ends. It must be relative: an absolute 1e-12 at a rate of 1e-7
 * already leaks validity (a mean factor of 1 + 3e-9).
 */
const NULL_POINT_PRECISION = 1e-15;
/** Bisection alone needs 50 steps to halve down to a double's precision; Newton steps usually end it in 6. */
const MAX_NULL_POINT_STEPS = 80;

/** θ_b, in 0..1 exclusive. */
export function smoothedRate(past: PastCounts): number {
  return (past.failures + 0.5) / (past.requests + 1);
}

/**
 * The ten bets on a block, for the null `p_c ≤ ρ·p_b + ε`.
 *
 * @param candidateShare w, candidate requests of all requests in the block, 0 < w ≤ 1
 * @returns empty when what is tolerated leaves nothing to bet on.
 * @see Turner, Ly, Grünwald: Generic E-variables for exact sequential k-sample tests
 */
export function chooseFailureBets(
  candidateShare: number,
  baselineRate: number,
  tolerance: FailureTolerance,
): FailureBet[] {
  const tolerated = tolerance.ratio * baselineRate + tolerance.add;
  if (tolerated >= MAX_BET_RATE) return [];
  return BET_RATIOS.map((ratio) => {
    const candidateRate = Math.min(MAX_BET_RATE, tolerated * ratio);
    const nullBaselineRate = nearestNullPoint(candidateShare, candidateRate, baselineRate, tolerance);
    return {
      candidateRate,
      baselineRate,
      nullBaselineRate,
      nullCandidateRate: tolerance.ratio * nullBaselineRate + tolerance.add,
    };
  });
}

/** ln L_k of every bet on a block with at least one candidate request; zeros when there is nothing to bet on. */
export function failureLogFactors(block: RateBlock, baselineRate: number, tolerance: FailureTolerance): number[] {
  const candidateShare = block.candidateRequests / (block.candidateRequests + block.baselineRequests);
  const bets = chooseFailureBets(candidateShare, baselineRate, tolerance);
  if (bets.length === 0) return BET_RATIOS.map(() => 0);
  return bets.map((bet) => failureLogFactor(block, bet));
}

function failureLogFactor(block: RateBlock, bet: FailureBet): number {
  const { candidateRate, baselineRate, nullCandidateRate: u, nullBaselineRate: t } = bet;
  return (
    block.candidateFailures * Math.log(candidateRate / u) +
    (block.candidateRequests - block.candidateFailures) * Math.log1p((u - candidateRate) / (1 - u)) +
    block.baselineFailures * Math.log(baselineRate / t) +
    (block.baselineRequests - block.baselineFailures) * Math.log1p((t - baselineRate) / (1 - t))
  );
}

/**
 * The same bets without a concurrent baseline: null `p_c ≤ limit`, a fixed number.
 * Used where everybody has the candidate.
 */
export function oneArmFailureLogFactors(requests: number, failures: number, limit: number): number[] {
  if (limit >= MAX_BET_RATE) return BET_RATIOS.map(() => 0);
  return BET_RATIOS.map((ratio) => {
    const rate = Math.min(MAX_BET_RATE, limit * ratio);
    return failures * Math.log(rate / limit) + (requests - failures) * Math.log1p((limit - rate) / (1 - limit));
  });
}

/**
 * `t* = argmin_t  w·KL(θ_c‖ρt+ε) + (1−w)·KL(θ_b‖t)` on `[θ_b, (θ_c−ε)/ρ]`.
 *
 * Newton on the numerator of the derivative (a cubic in t), kept inside a shrinking bracket and bisected where
 * Newton leaves it.
 *
 * @returns t*; θ_b itself when (θ_c, θ_b) lies in the null.
 */
export function nearestNullPoint(
  candidateShare: number,
  candidateRate: number,
  baselineRate: number,
  tolerance: FailureTolerance,
): number {
  const { ratio, add } = tolerance;
  const w = candidateShare;
  let low = baselineRate;
  let high = (candidateRate - add) / ratio;
  if (high <= low) return baselineRate;
  let t = w * high + (1 - w) * low;
  if (ratio === 1 && add === 0) return t;
  for (let step = 0; step < MAX_NULL_POINT_STEPS; step += 1) {
    const u = ratio * t + add;
    const value = w * ratio * (u - candidateRate) * t * (1 - t) + (1 - w) * (t - baselineRate) * u * (1 - u);
    if (value === 0) return t;
    if (value > 0) high = t;
    else low = t;
    const slope =
      w * ratio * (ratio * t * (1 - t) + (u - candidateRate) * (1 - 2 * t)) +
      (1 - w) * (u * (1 - u) + (t - baselineRate) * ratio * (1 - 2 * u));
    const newton = t - value / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - t);
    t = next;
    // Newton closes in from one side, so the bracket may stay wide: a vanishing step ends it too.
    const precision = NULL_POINT_PRECISION * t;
    if (high - low <= precision || moved <= precision) return t;
  }
  return t;
}
