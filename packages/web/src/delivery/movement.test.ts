import { describe, expect, it } from "vitest";
import type { Measure } from "./figures.ts";
import { movementOf, type Trend } from "./movement.ts";

const HOUR = 3_600_000;

const measure = (hours: number | null, n = 40): Measure => ({
  ...{ name: "lead-time", label: "", text: "", exact: null, interval: null, made: "", isLowerBetter: true, opens: "" },
  ...{ value: hours === null ? null : hours * HOUR, n, of: `${n} pull requests` },
  range: hours === null ? null : { low: hours * 0.8 * HOUR, high: hours * 1.2 * HOUR },
});
const trend = (finding: Trend["finding"]): Trend => ({
  ...{ measure: "lead-time", periodMs: 7 * 24 * HOUR, points: [], finding },
  changePoints:
    finding === "change" ? [{ atMs: Date.UTC(2026, 10, 3), before: 80 * HOUR, after: 40 * HOUR, pValue: 0.01 }] : [],
});
const UNCHANGED = trend("no-detectable-change");

describe("how a measure moved", () => {
  it("is a change or none, never both, with what it is compared with", () => {
    const moved = movementOf(measure(20), measure(40, 33), UNCHANGED);
    const risen = movementOf(measure(80), measure(40), trend("too-few"));
    const same = movementOf(measure(40), measure(50, 33), UNCHANGED);

    expect(moved).toBe("down from 40 h in the 90 days before (33 pull requests)");
    expect(risen).toBe("up from 1.7 d in the 90 days before (40 pull requests)");
    expect(same).toBe("no detectable change · 50 h in the 90 days before (33 pull requests)");
  });

  it("is the change within this time where there is one, whether it shows against the time before or not", () => {
    const change = "changed about Nov 3, from 3.3 d to 1.7 d";

    expect(movementOf(measure(40), measure(45), trend("change"))).toBe(change);
    expect(movementOf(measure(20), measure(80), trend("change"))).toBe(
      `down from 80 h in the 90 days before (40 pull requests) · ${change}`,
    );
  });

  it("is compared with no handful, on either side", () => {
    expect(movementOf(measure(10), measure(99, 9), UNCHANGED)).toBe(
      "no detectable change · too few in the 90 days before (9 pull requests) to compare",
    );
    expect(movementOf(measure(10, 9), measure(99), UNCHANGED)).toBe("no detectable change");
    expect(movementOf(measure(null), measure(99), trend("too-few"))).toBe("too few periods for a trend");
    expect(movementOf(measure(10), undefined, UNCHANGED)).toBe("no detectable change");
    expect(movementOf(measure(10), undefined, undefined)).toBe("");
  });

  it("is compared of a frequency where one side has more than a handful: few is what it says", () => {
    const often = { ...measure(40, 60), name: "frequency" as const, text: "4.7 a week", of: "60 deployments" };
    const seldom = { ...measure(4, 3), name: "frequency" as const };

    expect(movementOf(seldom, often, UNCHANGED)).toBe("down from 4.7 a week in the 90 days before (60 deployments)");
    expect(movementOf(often, { ...seldom, n: 0, of: "0 deployments" }, UNCHANGED)).toBe("no detectable change");
    expect(movementOf(seldom, seldom, UNCHANGED)).toBe("no detectable change");
  });
});
