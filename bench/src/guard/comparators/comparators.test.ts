import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differenceLowerBound } from "./asymptotic-sequence.ts";
import { mannWhitneyP } from "./mann-whitney.ts";
import { normalTail } from "./normal.ts";
import { twoProportionP } from "./repeated-z-test.ts";
import { thresholdRule } from "./thresholds.ts";

const arm = (requests: number, failures: number) => ({ requests, failures });
const minute = (failures: number) => ({ candidate: arm(100, failures), baseline: arm(900, 0) });

describe("the normal tail", () => {
  it.each([
    [0, 0.5],
    [1.6448536, 0.05],
    [3.0902323, 0.001],
    [-1.6448536, 0.95],
  ])("of %d is %d", (z, tail) => {
    expect(normalTail(z)).toBeCloseTo(tail, 6);
  });

  it("stays right far out, where a difference from 1 would be lost", () => {
    expect(normalTail(6) / 9.8659e-10).toBeCloseTo(1, 3);
  });
});

describe("a fixed threshold", () => {
  const fire = (failedChecksMax: number, failuresByMinute: readonly number[]): number | undefined => {
    const rule = thresholdRule("failures", failedChecksMax);
    for (let tick = 1; tick <= 60 * failuresByMinute.length; tick += 1) {
      const isMinuteEnd = tick % 60 === 0;
      const counts = isMinuteEnd ? minute(failuresByMinute[tick / 60 - 1] ?? 0) : minute(0);
      if (rule.see(tick, isMinuteEnd ? counts : { candidate: arm(0, 0), baseline: arm(0, 0) })) return tick;
    }
    return undefined;
  };

  it("fires at the first minute above its limit", () => {
    expect(fire(1, [1, 1, 2])).toBe(180);
  });

  it("fires at the fifth failed check, wherever the four others lie", () => {
    expect(fire(5, [9, 0, 9, 9, 0, 9, 9])).toBe(420);
  });

  it("fires on nothing without traffic", () => {
    const rule = thresholdRule("failures", 1);

    expect(rule.see(60, { candidate: arm(0, 0), baseline: arm(0, 0) })).toBe(false);
  });
});

describe("the Mann-Whitney test", () => {
  it("agrees with a worked example", () => {
    // Four values beat all four others, the fifth beats two: U = 18 of 20.
    const p = mannWhitneyP([10, 9, 8, 7, 3], [6, 5, 2, 1]);

    expect(p).toBeCloseTo(normalTail((18 - 10 - 0.5) / Math.sqrt(200 / 12)), 6);
  });

  it("says nothing when all are the same", () => {
    expect(mannWhitneyP([1, 1, 1], [1, 1, 1])).toBe(1);
  });

  it("does not depend on units", () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 });

    fc.assert(
      fc.property(values, values, (a, b) => {
        const scaled = mannWhitneyP(
          a.map((value) => value * 3),
          b.map((value) => value * 3),
        );

        expect(scaled).toBeCloseTo(mannWhitneyP(a, b), 12);
      }),
    );
  });
});

describe("the two-proportion test", () => {
  it("agrees with a worked example", () => {
    // 45/300 against 30/300: pooled 0.125, z = 0.05/√(0.125·0.875·2/300) = 1.852.
    expect(twoProportionP({ candidate: arm(300, 45), baseline: arm(300, 30) })).toBeCloseTo(0.032, 3);
  });

  it("is not asked for an opinion below five failures", () => {
    expect(twoProportionP({ candidate: arm(4, 4), baseline: arm(1_000, 0) })).toBe(1);
  });
});

describe("the asymptotic confidence sequence", () => {
  it("tightens as requests come in, and never reaches the difference", () => {
    const at = (scale: number) =>
      differenceLowerBound(
        { candidate: arm(1_000 * scale, 20 * scale), baseline: arm(9_000 * scale, 90 * scale) },
        0.001,
      );

    expect(at(1)).toBeLessThan(at(10));
    expect(at(10)).toBeLessThan(at(100));
    expect(at(100)).toBeLessThan(0.01);
    expect(at(100)).toBeGreaterThan(0);
  });

  it("is wider than the test of a fixed sample: looking every second costs", () => {
    const totals = { candidate: arm(2_500, 50), baseline: arm(2_500, 25) };
    const fixed = 0.01 - 3.09 * Math.sqrt((0.02 * 0.98) / 2_500 + (0.01 * 0.99) / 2_500);

    expect(differenceLowerBound(totals, 0.001)).toBeLessThan(fixed);
  });

  it("knows nothing of an empty arm", () => {
    expect(differenceLowerBound({ candidate: arm(0, 0), baseline: arm(10, 0) }, 0.001)).toBe(Number.NEGATIVE_INFINITY);
  });
});
