import { describe, expect, it } from "vitest";
import { eventLogFactors, oneArmEventLogFactors } from "./event-count-test.ts";

const block = (
  candidateRequests: number,
  candidateFailures: number,
  baselineRequests: number,
  baselineFailures: number,
) => ({
  candidateRequests,
  candidateFailures,
  baselineRequests,
  baselineFailures,
});

describe("eventLogFactors", () => {
  it("gains nothing on average when the candidate's rate is at most the tolerated multiple", () => {
    for (const tolerated of [1, 1.1, 3]) {
      for (const w of [0.01, 0.1, 0.5, 0.95]) {
        const candidates = Math.round(1_000 * w);
        for (const part of [0, 0.5, 0.99, 1]) {
          const ratio = part * tolerated;
          // One event falls to the candidate with this probability.
          const theta = (ratio * w) / (ratio * w + 1 - w);
          const toCandidate = eventLogFactors(block(candidates, 1, 1_000 - candidates, 0), tolerated);
          const toBaseline = eventLogFactors(block(candidates, 0, 1_000 - candidates, 1), tolerated);
          toCandidate.forEach((factor, k) => {
            const mean = theta * Math.exp(factor) + (1 - theta) * Math.exp(toBaseline[k] ?? 0);
            expect(mean).toBeLessThanOrEqual(1 + 1e-12);
          });
        }
      }
    }
  });

  it("says nothing when only one arm has traffic", () => {
    for (const factor of eventLogFactors(block(50, 7, 0, 0), 1.1)) expect(factor).toBeCloseTo(0, 12);
  });

  it("takes more events than requests", () => {
    for (const factor of eventLogFactors(block(10, 500, 90, 100_000), 1.1)) expect(Number.isFinite(factor)).toBe(true);
  });
});

describe("oneArmEventLogFactors", () => {
  it("gains nothing on average for Poisson events at or below the limit", () => {
    const limit = 0.02;
    for (const rate of [0, 0.01, 0.02]) {
      // E[r^X] = e^{(r−1)λ} for Poisson X: the mean of the factor in closed form.
      const at0 = oneArmEventLogFactors(100, 0, limit);
      const at1 = oneArmEventLogFactors(100, 1, limit);
      at0.forEach((factor, k) => {
        const logRatio = (at1[k] ?? 0) - factor;
        expect(factor + (Math.exp(logRatio) - 1) * rate * 100).toBeLessThanOrEqual(1e-8);
      });
    }
  });
});
