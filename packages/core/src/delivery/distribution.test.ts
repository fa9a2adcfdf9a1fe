import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fisherPValue } from "./batch-risk.ts";
import { commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import { countInterval, distributionOf, groupedMedianInterval, percentileOf, wilsonInterval } from "./distribution.ts";
import { measureDelivery } from "./measure.ts";

describe("percentiles", () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.9, 4.6],
    [[7], 0.9, 7],
  ])("interpolate between closest ranks: %j at %d", (sorted, share, expected) => {
    expect(percentileOf(sorted, share)).toBeCloseTo(expected, 12);
  });

  it("are the same for few values and for many, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 100 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);

        expect(distributionOf(values)).toMatchObject({
          n: values.length,
          median: percentileOf(sorted, 0.5),
          p90: percentileOf(sorted, 0.9),
        });
      }),
    );
  });
});

describe("intervals", () => {
  it("of a rate hold the rate, and touch 0 or 1 exactly where nothing or everything was hit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        for (const hits of [0, Math.round(share * trials), trials]) {
          const { low, high } = wilsonInterval(hits, trials) ?? { low: Number.NaN, high: Number.NaN };

          expect(low).toBeLessThanOrEqual(hits / trials);
          expect(high).toBeGreaterThanOrEqual(hits / trials);
          expect(low === 0).toBe(hits === 0);
          expect(high === 1).toBe(hits === trials);
        }
      }),
    );
  });

  it("of a rate are Wilson's: 2 of 10 is 5.7–51 %, and 0 of 10 is not 0–0", () => {
    expect(wilsonInterval(2, 10)?.low).toBeCloseTo(0.0567, 4);
    expect(wilsonInterval(2, 10)?.high).toBeCloseTo(0.5098, 4);
    expect(wilsonInterval(0, 10)?.high).toBeCloseTo(0.2775, 4);
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it("of a median grow where values come in groups", () => {
    const values = Array.from({ length: 400 }, (_, index) => Math.floor(index / 20) + (index % 20) / 100);
    const alone = groupedMedianInterval(
      values,
      values.map((_, index) => index),
    );
    const grouped = groupedMedianInterval(
      values,
      values.map((_, index) => Math.floor(index / 20)),
    );

    const width = (interval: typeof alone) => (interval?.high ?? 0) - (interval?.low ?? 0);
    expect(width(grouped)).toBeGreaterThan(2 * width(alone));
    expect(groupedMedianInterval([1, 2, 3], [1, 1, 1])).toBeNull();
  });
});

describe("Fisher's exact test", () => {
  it.each([
    [1, 10, 9, 10, 0.0011],
    [3, 4, 1, 4, 0.4857],
    [0, 5, 0, 5, 1],
  ])("%d of %d against %d of %d", (hitsA, sizeA, hitsB, sizeB, expected) => {
    expect(fisherPValue(hitsA, sizeA, hitsB, sizeB)).toBeCloseTo(expected, 4);
  });
});

describe("the interval of a count", () => {
  it.each([
    [0, 0, 3.689],
    [1, 0.025, 5.572],
    [10, 4.795, 18.39],
    [100, 81.36, 121.63],
  ])("of %i is the exact Poisson one, within 2 %", (count, low, high) => {
    const interval = countInterval(count);

    expect(Math.abs(interval.low - low)).toBeLessThan(0.02 * Math.max(1, low));
    expect(Math.abs(interval.high - high)).toBeLessThan(0.02 * high);
  });
});

describe("Little's law", () => {
  const steady = (authoredAgoMs: (index: number) => number) => {
    const commits = Array.from({ length: 200 }, (_, index) =>
      commitFact({
        sha: `c${index}`,
        parents: index === 0 ? [] : [`c${index - 1}`],
        authoredAtMs: START_MS + index * DAY_MS - authoredAgoMs(index),
      }),
    );
    const deployments = commits.map(({ sha }, index) =>
      deploymentFact({ id: `d${index}`, revision: sha, finishedAtMs: START_MS + index * DAY_MS + HOUR_MS }),
    );
    return measureDelivery(factsOf({ commits, deployments }), {
      fromMs: START_MS + 50 * DAY_MS,
      toMs: START_MS + 150 * DAY_MS,
    }).flow;
  };

  it("holds where work flows steadily", () => {
    expect(steady(() => 5 * DAY_MS)).toMatchObject({ isConsistent: true });
  });

  it("does not where an imported history brings dates of long ago", () => {
    expect(steady((index) => (index % 2 === 0 ? 900 * DAY_MS : DAY_MS))?.isConsistent).toBe(false);
  });
});
