import { LatencyHistogram, mergeHistograms, quantile } from "@steadfast/core/guard/histogram";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WindowHistogram } from "./window-histogram.ts";

const counts = (latencies: readonly number[]) => {
  const histogram = new LatencyHistogram();
  for (const latency of latencies) histogram.add(latency);
  return histogram.toCounts();
};

describe("a sliding window of latencies", () => {
  it("has the percentiles of what is in the window, whatever went through it before", () => {
    const second = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(second, { minLength: 3, maxLength: 12 }), (seconds) => {
        const window = new WindowHistogram(3);
        for (const latencies of seconds) window.add(counts(latencies));
        const inside = seconds.slice(-3).map(counts).reduce(mergeHistograms);

        const { p50, p95 } = window.percentiles();

        expect(near(p50, quantile(inside, 0.5))).toBe(true);
        expect(near(p95, quantile(inside, 0.95))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("tells no percentile that a single request would decide", () => {
    const window = new WindowHistogram(10);

    window.add(counts(Array.from({ length: 20 }, () => 10)));

    expect(window.percentiles()).toMatchObject({ p95: expect.any(Number), p99: null });
    window.clear();
    expect(window.percentiles()).toEqual({ p50: null, p95: null, p99: null });
  });
});

/** To the three digits that are told. */
function near(told: number | null, exact: number | null): boolean {
  return told !== null && exact !== null && Math.abs(told - exact) <= exact * 0.005 + 1e-9;
}
