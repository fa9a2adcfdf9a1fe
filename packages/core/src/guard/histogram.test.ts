import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  histogramTotal,
  LatencyHistogram,
  MAX_BUCKET_INDEX,
  MIN_BUCKET_INDEX,
  mergeHistograms,
  quantile,
  rescale,
} from "./histogram.ts";

function histogramOf(latencies: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const latency of latencies) histogram.add(latency);
  return histogram.toCounts();
}

const latencies = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 60 });

describe("LatencyHistogram", () => {
  it("puts an exact power of two in the bucket that ends there, as OpenTelemetry does", () => {
    expect(histogramOf([1])).toEqual({ zeroCount: 0, offset: -1, bucketCounts: [1] });
    expect(histogramOf([8])).toEqual({ zeroCount: 0, offset: 95, bucketCounts: [1] });
    expect(histogramOf([8.0001])).toEqual({ zeroCount: 0, offset: 96, bucketCounts: [1] });
  });

  it("clamps into its range and ignores what is not a number", () => {
    const counts = histogramOf([-5, 0, 1e-9, 1e300, Number.POSITIVE_INFINITY, Number.NaN]);

    expect(counts).toEqual({ zeroCount: 3, offset: MAX_BUCKET_INDEX, bucketCounts: [2] });
  });

  it("is empty after it is cleared", () => {
    const histogram = new LatencyHistogram();
    histogram.add(5);
    histogram.add(0);

    histogram.clear();

    expect(histogramTotal(histogram.toCounts())).toBe(0);
  });

  it("merges like one histogram of all latencies", () => {
    fc.assert(
      fc.property(latencies, latencies, (a, b) => {
        const together = new LatencyHistogram();
        together.addCounts(histogramOf(a));
        together.addCounts(histogramOf(b));

        expect(mergeHistograms(histogramOf(a), histogramOf(b))).toEqual(histogramOf([...a, ...b]));
        expect(together.toCounts()).toEqual(histogramOf([...a, ...b]));
      }),
    );
  });
});

describe("quantile", () => {
  it("is within half a bucket of the true quantile", () => {
    const values = Array.from({ length: 1_000 }, (_, i) => (i + 1) ** 1.5);
    const counts = histogramOf(values);

    for (const q of [0.01, 0.5, 0.9, 0.99, 1]) {
      const truth = values[Math.ceil(q * 1_000) - 1] ?? 0;
      expect(Math.abs((quantile(counts, q) ?? 0) / truth - 1)).toBeLessThan(0.012);
    }
  });

  it("is null without latencies and 0 within the zero bucket", () => {
    expect(quantile(histogramOf([]), 0.5)).toBeNull();
    expect(quantile(histogramOf([0, 0, 7]), 0.5)).toBe(0);
  });
});

describe("rescale", () => {
  it("is exact from finer scales", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 20 }), fc.double({ min: 0.01, max: 1e5, noNaN: true }), (scale, ms) => {
        const index = Math.ceil(Math.log2(ms) * 2 ** scale) - 1;
        // Within a rounding error of a bucket's edge either side is right.
        const position = Math.log2(ms) * 32;
        fc.pre(Math.abs(position - Math.round(position)) > 1e-6);

        expect(rescale(scale, 0, index, [1])).toEqual(histogramOf([ms]));
      }),
    );
  });

  it("puts a coarser bucket at its geometric middle", () => {
    // Scale 0, index 3: (8, 16] ms; its middle 11.3 ms ends bucket 111 of scale 5.
    expect(rescale(0, 2, 3, [5])).toEqual({ zeroCount: 2, offset: 111, bucketCounts: [5] });
    // Scale −2, index 0: (1, 16] ms; the middle is 4 ms.
    expect(rescale(-2, 0, 0, [1])).toEqual({ zeroCount: 0, offset: 63, bucketCounts: [1] });
  });

  it("keeps every count and stays in range whatever the scale and offset", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -10, max: 20 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
        fc.array(fc.nat(1_000), { maxLength: 40 }),
        (scale, offset, counts) => {
          const rescaled = rescale(scale, 3, offset, counts);

          expect(histogramTotal(rescaled)).toBe(3 + counts.reduce((a, b) => a + b, 0));
          expect(rescaled.bucketCounts.length).toBeLessThanOrEqual(MAX_BUCKET_INDEX - MIN_BUCKET_INDEX + 1);
        },
      ),
    );
  });
});
