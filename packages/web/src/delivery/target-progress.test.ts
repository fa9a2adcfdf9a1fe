import { describe, expect, it } from "vitest";
import type { DeliveryReport, DeliveryTarget } from "../api/types.ts";
import { HOUR, reportOf } from "./report.fixture.ts";
import { isReached, progressOf } from "./target-progress.ts";

const LEAD = { p90: null, mean: null, negative: 0, medianInterval: null };

/** @param n pull requests that the lead time is of */
function withLeadTime(hours: number, n = 20, target: DeliveryTarget | null = null): DeliveryReport {
  const none = { ...LEAD, n: 0, median: null };
  return reportOf({
    target,
    leadTime: { author: none, committer: none, change: { ...LEAD, n, median: hours * HOUR } },
  });
}

const TARGET = { measure: "lead-time", value: 40 } as const;

describe("progress towards a target", () => {
  it.each([
    [100, 100, { share: 0, isFurtherOff: false }],
    [70, 100, { share: 0.5, isFurtherOff: false }],
    [40, 100, { share: 1, isFurtherOff: false }],
    [10, 100, { share: 1, isFurtherOff: false }],
    [130, 100, { share: 0, isFurtherOff: true }],
    [50, 30, { share: 0, isFurtherOff: true }],
    [30, 20, { share: 1, isFurtherOff: false }],
  ])("of a lead time of %i h, after %i h, is %j", (now, then, progress) => {
    expect(progressOf(withLeadTime(now, 20, TARGET), withLeadTime(then))).toMatchObject(progress);
  });

  it("is not known without a target, without a baseline, or of too few", () => {
    expect(progressOf(withLeadTime(70), withLeadTime(100))).toBeNull();
    expect(progressOf(withLeadTime(70, 20, TARGET), undefined)).toBeNull();
    expect(progressOf(withLeadTime(70, 4, TARGET), withLeadTime(100))).toBeNull();
    expect(progressOf(withLeadTime(70, 20, TARGET), withLeadTime(100, 4))).toBeNull();
  });

  it("is none from a time in which nothing was deployed", () => {
    const target = { measure: "frequency", value: 5 } as const;

    expect(progressOf(reportOf({ target }), reportOf({}))).toBeNull();
  });

  it("is judged in the target's own unit", () => {
    expect(isReached({ measure: "change-fail-rate", value: 0.1 }, 0.1)).toBe(true);
    expect(isReached({ measure: "frequency", value: 5 }, 4.9)).toBe(false);
    expect(isReached({ measure: "recovery", value: 2 }, 2 * HOUR)).toBe(true);
  });
});
