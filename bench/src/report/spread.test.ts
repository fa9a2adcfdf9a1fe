import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ratioSpread, spreadOf } from "./spread.ts";

describe("a spread", () => {
  it("takes its quantiles from the sample", () => {
    const spread = spreadOf([5, 1, 4, 2, 3]);

    expect(spread).toMatchObject({ count: 5, min: 1, median: 3, p95: 5, max: 5, mean: 3 });
  });

  it("is ordered, whatever the sample", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const { min, p5, median, p95, p99, max } = spreadOf(values);

        expect([min, p5, median, p95, p99, max]).toEqual([min, p5, median, p95, p99, max].sort((a, b) => a - b));
      }),
    );
  });

  it("says nothing of an empty sample", () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("a ratio", () => {
  it("is of the same round, so that a slow second cancels", () => {
    expect(ratioSpread([1, 10, 1], [2, 20, 2])).toMatchObject({ min: 0.5, median: 0.5, max: 0.5 });
  });

  it("is refused between different numbers of rounds", () => {
    expect(() => ratioSpread([1], [1, 2])).toThrow(RangeError);
  });
});
