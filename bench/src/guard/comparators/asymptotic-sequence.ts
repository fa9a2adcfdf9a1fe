import type { ComparatorKind } from "./comparator.ts";
import { addTotals, NO_TOTALS, type Totals } from "./totals.ts";

/** GrowthBook's default: the sample size for which the sequence is tightest. */
const TUNING_SAMPLE_SIZE = 5_000;

/** GrowthBook's sequential test, at our α: rolls back when the one-sided confidence sequence of the difference is above 0. */
export function growthBookSequential(alpha: number): ComparatorKind {
  return {
    name: "GrowthBook sequential",
    judges: ["failures"],
    start: () => {
      let totals = NO_TOTALS;
      return {
        see: (_tick, counts) => {
          totals = addTotals(totals, counts);
          return differenceLowerBound(totals, alpha) > 0;
        },
      };
    },
  };
}

/**
 * The lower end of the one-sided asymptotic confidence sequence of `p_candidate − p_baseline`; −∞ while an arm is empty.
 *
 * `σ√(2(nρ²+1)/(nρ)² · ln(1 + √(nρ²+1)/2α))` below the difference, with σ² = n·Var and n the requests of both arms.
 * Rates in the variance are smoothed by half a request: without it an arm that fails always, or never, has none.
 *
 * @see Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence sequences
 * (2023), which GrowthBook's documentation of its sequential testing names
 */
export function differenceLowerBound({ candidate, baseline }: Totals, alpha: number): number {
  if (candidate.requests === 0 || baseline.requests === 0) return Number.NEGATIVE_INFINITY;
  const n = candidate.requests + baseline.requests;
  const variance = varianceOfRate(candidate) + varianceOfRate(baseline);
  const logAlpha = Math.log(2 * alpha);
  const rho2 = (-2 * logAlpha + Math.log(-2 * logAlpha + 1)) / TUNING_SAMPLE_SIZE;
  const spread = n * rho2 + 1;
  const halfWidth =
    Math.sqrt(n * variance) * Math.sqrt(((2 * spread) / (n * n * rho2)) * Math.log1p(Math.sqrt(spread) / (2 * alpha)));
  return candidate.failures / candidate.requests - baseline.failures / baseline.requests - halfWidth;
}

function varianceOfRate({ requests, failures }: Totals["candidate"]): number {
  const rate = (failures + 0.5) / (requests + 1);
  return (rate * (1 - rate)) / requests;
}
