import type { ComparedCounts } from "@steadfast/core/guard/counts";

/** Both arms since the start. */
export type Totals = {
  readonly candidate: { readonly requests: number; readonly failures: number };
  readonly baseline: { readonly requests: number; readonly failures: number };
};

export const NO_TOTALS: Totals = {
  candidate: { requests: 0, failures: 0 },
  baseline: { requests: 0, failures: 0 },
};

export function addTotals(totals: Totals, counts: ComparedCounts): Totals {
  return {
    candidate: {
      requests: totals.candidate.requests + counts.candidate.requests,
      failures: totals.candidate.failures + counts.candidate.failures,
    },
    baseline: {
      requests: totals.baseline.requests + counts.baseline.requests,
      failures: totals.baseline.failures + counts.baseline.failures,
    },
  };
}
