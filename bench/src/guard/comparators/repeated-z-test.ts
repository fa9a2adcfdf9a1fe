import type { ComparatorKind } from "./comparator.ts";
import { normalTail } from "./normal.ts";
import { addTotals, NO_TOTALS, type Totals } from "./totals.ts";

/** The textbook's rule of thumb for the approximation. */
const FAILURES_MIN = 5;

/** A two-proportion z-test of all counts so far, looked at every second as if it were looked at once. */
export function repeatedZTest(alpha: number): ComparatorKind {
  return {
    name: `z-test each second, α ${100 * alpha} %`,
    judges: ["failures"],
    start: () => {
      let totals = NO_TOTALS;
      return {
        see: (_tick, counts) => {
          totals = addTotals(totals, counts);
          return twoProportionP(totals) < alpha;
        },
      };
    },
  };
}

/** One-sided p-value that the candidate fails no more often, with the pooled variance; 1 while there is too little. */
export function twoProportionP({ candidate, baseline }: Totals): number {
  const requests = candidate.requests + baseline.requests;
  const failures = candidate.failures + baseline.failures;
  if (candidate.requests === 0 || baseline.requests === 0 || failures < FAILURES_MIN) return 1;
  const pooled = failures / requests;
  const variance = pooled * (1 - pooled) * (1 / candidate.requests + 1 / baseline.requests);
  if (variance <= 0) return 1;
  const difference = candidate.failures / candidate.requests - baseline.failures / baseline.requests;
  return normalTail(difference / Math.sqrt(variance));
}
