import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chooseFailureBets,
  type FailureBet,
  failureLogFactors,
  nearestNullPoint,
  oneArmFailureLogFactors,
} from "./failure-rate-test.ts";
import type { FailureTolerance } from "./plan.ts";

const CANDIDATE_REQUESTS = [1, 2, 7, 40, 500];
const BASELINE_REQUESTS = [0, 1, 9, 130, 3_000];
const BASELINE_RATES = [1e-6, 1e-4, 0.003, 0.05, 0.3, 0.6];
const TOLERANCES: FailureTolerance[] = [
  { ratio: 1, add: 0 },
  { ratio: 1.1, add: 0.0002 },
  { ratio: 1, add: 0.01 },
  { ratio: 1.5, add: 0 },
  { ratio: 1.1, add: 0.2 },
];
const NULL_BASELINE_RATES = [0, 1e-6, 1e-5, 1e-4, 1e-3, 0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.95, 1];
/** Parts of the largest rate that the null allows. */
const NULL_PARTS = [0, 0.3, 0.8, 0.97, 1];

/** ln of the mean of e^(factor of one bet), exactly, when the true rates are (p_c, p_b). */
function logMeanFactor(bet: FailureBet, candidateRate: number, baselineRate: number, n: [number, number]): number {
  const { candidateRate: a, nullCandidateRate: u, baselineRate: b, nullBaselineRate: t } = bet;
  const candidateMean = (candidateRate * a) / u + ((1 - candidateRate) * (1 - a)) / (1 - u);
  const baselineMean = (baselineRate * b) / t + ((1 - baselineRate) * (1 - b)) / (1 - t);
  return n[0] * Math.log(candidateMean) + n[1] * Math.log(baselineMean);
}

// Goal: this inequality is what the product promises. It is exact, not a simulation.
describe("validity of the failure-rate test", () => {
  it("no bet gains on average anywhere in the null", () => {
    let worst = Number.NEGATIVE_INFINITY;
    for (const tolerance of TOLERANCES) {
      for (const candidates of CANDIDATE_REQUESTS) {
        for (const baselines of BASELINE_REQUESTS) {
          for (const theta of BASELINE_RATES) {
            for (const bet of chooseFailureBets(candidates / (candidates + baselines), theta, tolerance)) {
              worst = Math.max(worst, worstOnNullGrid(bet, tolerance, [candidates, baselines]));
            }
          }
        }
      }
    }

    expect(worst).toBeGreaterThan(-1);
    expect(Math.exp(worst)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it("no bet gains on average for any past, tolerance and exposure", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000 }),
        fc.integer({ min: 0, max: 30_000 }),
        fc.double({ min: 1e-7, max: 0.9, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (candidates, baselines, theta, ratio, add) => {
          const tolerance = { ratio, add };
          for (const bet of chooseFailureBets(candidates / (candidates + baselines), theta, tolerance)) {
            // One rounding error of each logarithm per request.
            const rounding = (candidates + baselines) * 4e-16;
            const worst = worstOnNullGrid(bet, tolerance, [candidates, baselines]);
            expect(worst).toBeLessThanOrEqual(1e-12 + rounding);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a test that a validity check must catch: a null point solved loosely does gain", () => {
    const tolerance = { ratio: 1.1, add: 0.0002 };
    const [bet] = chooseFailureBets(0.1, 0.003, tolerance);
    if (bet === undefined) throw new Error("no bet");
    const t = bet.nullBaselineRate * 1.02;
    const loose = { ...bet, nullBaselineRate: t, nullCandidateRate: tolerance.ratio * t + tolerance.add };

    expect(worstOnNullGrid(loose, tolerance, [300, 2_700], [t * 0.9, t * 0.95, t, t * 1.05])).toBeGreaterThan(1e-6);
  });

  it("the one-arm bets gain nothing on average at or below the limit", () => {
    for (const limit of [0.2, 0.21, 0.5, 0.9, 0.97]) {
      for (const rate of [0, 0.1 * limit, 0.9 * limit, limit]) {
        const failed = oneArmFailureLogFactors(1, 1, limit);
        const passed = oneArmFailureLogFactors(1, 0, limit);
        failed.forEach((factor, k) => {
          expect(rate * Math.exp(factor) + (1 - rate) * Math.exp(passed[k] ?? 0)).toBeLessThanOrEqual(1 + 1e-12);
        });
      }
    }
  });
});

function worstOnNullGrid(
  bet: FailureBet,
  tolerance: FailureTolerance,
  n: [number, number],
  baselineRates: readonly number[] = NULL_BASELINE_RATES,
): number {
  let worst = Number.NEGATIVE_INFINITY;
  const nearby = [0.9, 0.99, 1, 1.01, 1.1].map((factor) => Math.min(1, factor * bet.nullBaselineRate));
  for (const baselineRate of [...baselineRates, ...nearby]) {
    const largest = Math.min(1, tolerance.ratio * baselineRate + tolerance.add);
    for (const part of NULL_PARTS) {
      worst = Math.max(worst, logMeanFactor(bet, part * largest, baselineRate, n));
    }
  }
  return worst;
}

describe("nearestNullPoint", () => {
  it("is where the derivative of the divergence is zero, to 1e-12", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 1, noNaN: true }),
        fc.double({ min: 1e-7, max: 0.6, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.999, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (w, baselineRate, part, ratio, add) => {
          const tolerated = ratio * baselineRate + add;
          fc.pre(tolerated < 0.97);
          const candidateRate = tolerated + part * (0.98 - tolerated);

          const t = nearestNullPoint(w, candidateRate, baselineRate, { ratio, add });

          expect(Math.abs(t - bisected(w, candidateRate, baselineRate, ratio, add))).toBeLessThanOrEqual(1e-12);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is the pooled rate when nothing is tolerated", () => {
    expect(nearestNullPoint(0.25, 0.4, 0.1, { ratio: 1, add: 0 })).toBeCloseTo(0.175, 15);
  });
});

/** The same point by 200 halvings, which no rounding can lead astray. */
function bisected(w: number, candidateRate: number, baselineRate: number, ratio: number, add: number): number {
  let low = baselineRate;
  let high = (candidateRate - add) / ratio;
  for (let step = 0; step < 200; step += 1) {
    const t = (low + high) / 2;
    const u = ratio * t + add;
    const slope = (w * ratio * (u - candidateRate)) / (u * (1 - u)) + ((1 - w) * (t - baselineRate)) / (t * (1 - t));
    if (slope > 0) high = t;
    else low = t;
  }
  return (low + high) / 2;
}

describe("failureLogFactors", () => {
  it("stays finite at 100,000 requests in a tick, all failing or none", () => {
    for (const failures of [0, 1, 50_000, 100_000]) {
      const block = {
        candidateRequests: 100_000,
        candidateFailures: failures,
        baselineRequests: 100_000,
        baselineFailures: 100_000 - failures,
      };
      for (const theta of [1e-9, 0.5, 1 - 1e-9]) {
        for (const factor of failureLogFactors(block, theta, { ratio: 1.1, add: 0.0002 })) {
          expect(Number.isFinite(factor)).toBe(true);
        }
      }
    }
  });

  it("puts no bet where everything is tolerated", () => {
    const block = { candidateRequests: 5, candidateFailures: 5, baselineRequests: 5, baselineFailures: 5 };

    expect(failureLogFactors(block, 0.99, { ratio: 1, add: 0 })).toEqual(new Array(10).fill(0));
  });
});
