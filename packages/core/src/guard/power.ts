import { nearestNullPoint } from "./failure-rate-test.ts";
import type { FailureTolerance } from "./plan.ts";

/** Exposure is this multiple of ln(1/α)/KL_inf: about 95 % of such regressions would already have been caught. */
export const FAILURE_GATE_FACTOR = 3;
export const LATENCY_GATE_FACTOR = 4;
/** At least this part of a promised rise lies beyond what is tolerated; otherwise no exposure could ever show it. */
const MIN_PART_BEYOND_TOLERANCE = 0.5;
const MAX_RATE = 0.999;
/** Keeps a requirement finite where nothing can be learned. */
export const MAX_EXPOSURE = 1e15;
/** Halvings of 0..1: to a millionth. */
const REGRESSION_STEPS = 20;

export type PowerQuestion = {
  /** The signal's part of the rollout's α. */
  readonly alpha: number;
  /** w, the candidate's share of the exposure, 0..1. */
  readonly candidateShare: number;
  readonly baselineRate: number;
  readonly tolerance: FailureTolerance;
  /** φ ≥ 1. */
  readonly designEffect: number;
};

/** KL(p‖q) between two coins, natural logarithm; q in 0..1 exclusive. */
function coinDivergence(p: number, q: number): number {
  return (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0);
}

/** Information per request (both arms) against the nearest point of the null `p_c ≤ ρ·p_b + ε`; 0 inside it. */
export function informationPerRequest(
  candidateShare: number,
  candidateRate: number,
  baselineRate: number,
  tolerance: FailureTolerance,
): number {
  if (candidateRate <= tolerance.ratio * baselineRate + tolerance.add) return 0;
  const t = nearestNullPoint(candidateShare, candidateRate, baselineRate, tolerance);
  const u = tolerance.ratio * t + tolerance.add;
  return Math.max(
    0,
    candidateShare * coinDivergence(candidateRate, u) + (1 - candidateShare) * coinDivergence(baselineRate, t),
  );
}

/**
 * Requests of both arms after which a rise of `regression` would most likely have been caught:
 * `3·φ·ln(1/α)/KL_inf`.
 *
 * @param regression absolute rise of the failure rate, 0..1. Where the tolerance covers more than half of it, the
 * rise is measured as half of itself beyond the tolerance.
 * @returns 0..`MAX_EXPOSURE`
 */
export function requiredExposure(question: PowerQuestion, regression: number): number {
  const { candidateShare, baselineRate, tolerance } = question;
  const tolerated = tolerance.ratio * baselineRate + tolerance.add;
  const candidateRate = Math.min(
    MAX_RATE,
    Math.max(baselineRate + regression, tolerated + MIN_PART_BEYOND_TOLERANCE * regression),
  );
  const information = informationPerRequest(candidateShare, candidateRate, baselineRate, tolerance);
  return exposureFor(information, question.alpha, FAILURE_GATE_FACTOR * question.designEffect);
}

/** `factor·ln(1/α)/information`, finite. */
export function exposureFor(information: number, alpha: number, factor: number): number {
  if (information <= 0) return MAX_EXPOSURE;
  return Math.min(MAX_EXPOSURE, (factor * Math.log(1 / alpha)) / information);
}

/** The smallest absolute rise that `exposure` requests would have caught; `null` when not even a total break. */
export function smallestRegressionCaught(question: PowerQuestion, exposure: number): number | null {
  if (exposure <= 0 || question.candidateShare <= 0) return null;
  let missed = 0;
  let caught = 1 - question.baselineRate;
  if (requiredExposure(question, caught) > exposure) return null;
  for (let step = 0; step < REGRESSION_STEPS; step += 1) {
    // Rises worth telling apart span four decades: the geometric middle once the low end is known to be missed.
    const middle = missed > 0 ? Math.sqrt(missed * caught) : caught / 8;
    if (requiredExposure(question, middle) <= exposure) caught = middle;
    else missed = middle;
  }
  return caught;
}

/** Information per request for events whose rate rises from `baselineRate` by `regression` events per request. */
export function eventInformationPerRequest(
  candidateShare: number,
  baselineRate: number,
  regression: number,
  toleratedRatio: number,
): number {
  const w = candidateShare;
  if (w <= 0 || w >= 1) return 0;
  const candidateRate = Math.max(
    baselineRate + regression,
    toleratedRatio * baselineRate + MIN_PART_BEYOND_TOLERANCE * regression,
  );
  const events = w * candidateRate + (1 - w) * baselineRate;
  const nullShare = (toleratedRatio * w) / (toleratedRatio * w + 1 - w);
  return events * coinDivergence((w * candidateRate) / events, nullShare);
}
