import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "./histogram.ts";
import {
  binLatencies,
  chooseLatencyCuts,
  LATENCY_BET_COUNT,
  latencyLogFactors,
  oneArmLatencyLogFactors,
  ratioToShift,
  smoothedBinShares,
} from "./latency-test.ts";

/**
 * The mean factor of every bet, exactly, over one candidate and one baseline latency (w = ½) or over one candidate
 * and `baselineLatencies` baseline ones, all ways to fall into the bins counted.
 */
function meanFactors(
  theta: readonly number[],
  candidate: readonly number[],
  baseline: readonly number[],
  baselineLatencies: 1 | 2,
): number[] {
  const means = new Array<number>(LATENCY_BET_COUNT).fill(0);
  const ways =
    baselineLatencies === 1
      ? baseline.map((share, bin) => ({ share, bins: [bin] }))
      : baseline.flatMap((first, a) => baseline.map((second, b) => ({ share: first * second, bins: [a, b] })));
  candidate.forEach((candidateShare, candidateBin) => {
    for (const { share, bins } of ways) {
      if (candidateShare * share === 0) continue;
      const block = { candidate: countsIn([candidateBin]), baseline: countsIn(bins) };
      latencyLogFactors(block, theta).forEach((factor, k) => {
        means[k] = (means[k] ?? 0) + candidateShare * share * Math.exp(factor);
      });
    }
  });
  return means;
}

function countsIn(bins: readonly number[]): number[] {
  const counts = [0, 0, 0, 0, 0, 0];
  for (const bin of bins) counts[bin] = (counts[bin] ?? 0) + 1;
  return counts;
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Moves part of every bin's share one or more bins down: stochastically no slower. */
function faster(shares: readonly number[], parts: readonly number[]): number[] {
  const moved = [...shares];
  for (let bin = 5; bin > 0; bin -= 1) {
    const amount = (moved[bin] ?? 0) * (parts[bin] ?? 0);
    moved[bin] = (moved[bin] ?? 0) - amount;
    moved[bin - 1] = (moved[bin - 1] ?? 0) + amount;
  }
  return moved;
}

const weights = fc
  .array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })
  .map((drawn) => normalised(drawn));
const parts = fc.array(fc.constantFrom(0, 0, 0.1, 0.5, 1), { minLength: 6, maxLength: 6 });

describe("validity of the latency test", () => {
  it("no bet gains on average when the candidate is no slower, whatever was learned before", () => {
    fc.assert(
      fc.property(weights, weights, parts, fc.constantFrom<1 | 2>(1, 2), (theta, baseline, moves, latencies) => {
        for (const mean of meanFactors(theta, faster(baseline, moves), baseline, latencies)) {
          expect(mean).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("bets do gain when the candidate is slower", () => {
    const baseline = [0.5, 0.25, 0.15, 0.05, 0.04, 0.01];
    const slower = [...baseline].reverse();

    expect(Math.max(...meanFactors(baseline, slower, baseline, 1))).toBeGreaterThan(1.2);
  });

  it("the one-arm bets gain nothing on average when the candidate is no slower than the fixed shares", () => {
    fc.assert(
      fc.property(weights, parts, (shares, moves) => {
        const candidate = faster(shares, moves);
        const means = new Array<number>(LATENCY_BET_COUNT).fill(0);
        candidate.forEach((share, bin) => {
          oneArmLatencyLogFactors(countsIn([bin]), shares).forEach((factor, k) => {
            means[k] = (means[k] ?? 0) + share * Math.exp(factor);
          });
        });
        for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe("bins", () => {
  it("rounds a tolerance up to whole buckets", () => {
    expect(ratioToShift(1)).toBe(0);
    expect(ratioToShift(1.05)).toBe(3);
    expect(ratioToShift(2)).toBe(32);
    expect(ratioToShift(2.0001)).toBe(33);
  });

  it("does not cut before the baseline has enough latencies", () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms < 200; ms += 1) histogram.add(ms);
    expect(chooseLatencyCuts(histogram.toCounts())).toBeNull();

    histogram.add(200);

    expect(chooseLatencyCuts(histogram.toCounts())).toHaveLength(5);
  });

  it("counts a candidate that is slower by exactly the tolerance like the baseline", () => {
    const baseline = new LatencyHistogram();
    const candidate = new LatencyHistogram();
    for (let i = 0; i < 4_000; i += 1) {
      const ms = 20 * 1.001 ** i;
      baseline.add(ms);
      candidate.add(ms * 1.05);
    }
    const cuts = chooseLatencyCuts(baseline.toCounts()) ?? [];

    const baselineBins = binLatencies(baseline.toCounts(), cuts, 0);
    const candidateBins = binLatencies(candidate.toCounts(), cuts, ratioToShift(1.05));

    // Rounding up may only ever make the candidate look faster.
    let slower = 0;
    for (let bin = 5; bin > 0; bin -= 1) {
      slower += (candidateBins[bin] ?? 0) - (baselineBins[bin] ?? 0);
      expect(slower).toBeLessThanOrEqual(0);
    }
    expect(smoothedBinShares(baselineBins).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it("stays finite at 100,000 latencies in a tick that all lie in a bin never seen before", () => {
    const block = { candidate: [0, 0, 0, 0, 0, 100_000], baseline: [100_000, 0, 0, 0, 0, 0] };

    for (const factor of latencyLogFactors(block, smoothedBinShares([1e9, 0, 0, 0, 0, 0]))) {
      expect(Number.isFinite(factor)).toBe(true);
    }
  });
});
