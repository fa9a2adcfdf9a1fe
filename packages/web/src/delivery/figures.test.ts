import { describe, expect, it } from "vitest";
import { readDeliverySearch } from "./delivery-search.ts";
import { exactSpan, formatSpan, formatSpanBeside, formatSpanWithin } from "./figures.ts";
import { linearScale, logScale, timeTicks } from "./scale.ts";

const HOUR = 3_600_000;

describe("figures of delivery", () => {
  it("show a value and its range in one unit", () => {
    expect(formatSpanWithin(53 * HOUR, { low: 46 * HOUR, high: 62 * HOUR })).toBe("2.2 d [1.9 – 2.6]");
    expect(formatSpanWithin(3 * HOUR, { low: 2.5 * HOUR, high: 4 * HOUR })).toBe("3 h [2.5 – 4]");
  });

  it("write every duration in one way, with two digits that count", () => {
    const spans = [0, 400, 45_000, 12.4 * 60_000, HOUR, 25.6 * HOUR, 47.9 * HOUR, 48 * HOUR, 66 * HOUR, 2_952 * HOUR];

    expect(spans.map(formatSpan)).toEqual([
      ...["0 s", "0.4 s", "45 s", "12 min", "1 h", "26 h", "48 h", "2 d", "2.8 d", "123 d"],
    ]);
    expect(exactSpan(66 * HOUR)).toBe("2 d 18 h");
  });

  it("stand beside another in its unit", () => {
    expect(formatSpanBeside(66 * HOUR, 53 * HOUR)).toBe("2.8 d");
    expect(formatSpanBeside(66 * HOUR, 36 * HOUR)).toBe("66 h");
    expect(formatSpanBeside(HOUR, 480 * HOUR)).toBe("1 h");
  });
});

describe("the address of the Delivery page", () => {
  it("takes what it knows and leaves out the rest", () => {
    expect(readDeliverySearch({ service: "shop", days: "30", open: "failures", x: 1 })).toEqual({
      ...{ service: "shop", days: 30, open: "failures" },
    });
    expect(readDeliverySearch({ service: 7, days: 90, open: "" })).toEqual({});
  });
});

describe("scales", () => {
  it("map values onto pixels, and logs keep what is below their start at it", () => {
    expect(linearScale([0, 10], [0, 100])(5)).toBe(50);
    expect(linearScale([3, 3], [0, 100])(3)).toBe(0);
    expect(logScale([1, 100], [0, 100])(10)).toBeCloseTo(50);
    expect(logScale([1, 100], [0, 100])(0)).toBe(0);
  });

  it("names days of a window, not more than there is room for", () => {
    const ticks = timeTicks([Date.UTC(2026, 0, 1), Date.UTC(2026, 3, 1)], 6);

    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.every((tick) => tick % (24 * HOUR) === 0)).toBe(true);
  });
});
