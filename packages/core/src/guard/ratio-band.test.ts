import { describe, expect, it } from "vitest";
import type { RateBlock } from "./failure-rate-test.ts";
import { addToRatioBand, BAND_RATIOS, ratioBand, startRatioBand } from "./ratio-band.ts";

const block = (candidateFailures: number, baselineFailures: number): RateBlock => ({
  candidateRequests: 100,
  candidateFailures,
  baselineRequests: 900,
  baselineFailures,
});

describe("the band of ratios", () => {
  it("has 145 ratios from 1/64 to 4,096", () => {
    expect(BAND_RATIOS).toHaveLength(145);
    expect(BAND_RATIOS[0]).toBe(1 / 64);
    expect(BAND_RATIOS[144]).toBe(4_096);
  });

  it("is unknown without failures", () => {
    expect(ratioBand(addToRatioBand(startRatioBand(), block(0, 0)), 0.001)).toBeNull();
  });

  it("closes in on the true ratio", () => {
    let band = startRatioBand();
    for (let tick = 0; tick < 400; tick += 1) band = addToRatioBand(band, block(4, 9));

    const { low, high } = ratioBand(band, 0.001) ?? { low: 0, high: 0 };

    expect(low).toBeGreaterThan(3);
    expect(low).toBeLessThanOrEqual(4);
    expect(high).toBeGreaterThanOrEqual(4);
    expect(high).toBeLessThan(5.3);
  });

  it("says nothing from a block that has only candidates", () => {
    const alone = { ...block(5, 0), baselineRequests: 0 };
    const band = addToRatioBand(startRatioBand(), alone);

    const spread = Math.max(...band) - Math.min(...band);

    expect(spread).toBeLessThan(1e-12);
  });
});
