import { describe, expect, it } from "vitest";
import { HISTORY_SECONDS, HistoryRing } from "./history-ring.ts";

const HOUR_MS = 3_600_000;
const request = { requests: 1, failures: 0 };

describe("the history of an arm", () => {
  it("is five minutes long, whatever the traffic", () => {
    const ring = new HistoryRing(0);

    for (let second = 0; second < 3_600; second += 1) ring.add(second * 1_000, request);

    expect(ring.total(3_600_000)).toMatchObject({ requests: HISTORY_SECONDS, seconds: HISTORY_SECONDS });
    expect(ring.isEmpty(3_600_000 + 2 * HISTORY_SECONDS * 1_000)).toBe(true);
  });

  it("is as large after ten minutes as after an hour", () => {
    const ring = new HistoryRing(0);
    const sizes = [600, 3_600].map((untilSecond, index) => {
      for (let second = index * 600; second < untilSecond; second += 1) ring.add(second * 1_000, request);
      return ring.size();
    });

    expect(sizes).toEqual([31, 31]);
  });

  it("adds up what its buckets hold", () => {
    const ring = new HistoryRing(0);
    const latency = { zeroCount: 1, offset: 64, bucketCounts: [1, 0, 300] };
    const units = { seen: 3, failed: 1, firstSeen: 2 };

    for (const atMs of [0, 9_000, 10_000, 31_000]) ring.add(atMs, { requests: 304, failures: 2, latency, units });

    expect(ring.total(40_000)).toEqual({
      requests: 4 * 304,
      failures: 8,
      latency: { zeroCount: 4, offset: 64, bucketCounts: [4, 0, 1_200] },
      units: { seen: 12, failed: 4, firstSeen: 8 },
      seconds: 40,
    });
  });

  it("starts again when the clock is set back, rather than growing until it has caught up", () => {
    const ring = new HistoryRing(HOUR_MS);
    for (let second = 0; second < 60; second += 1) ring.add(HOUR_MS + second * 1_000, request);

    for (let second = 0; second < 1_000; second += 1) ring.add(second * 1_000, request);

    expect(ring.total(1_000_000)).toMatchObject({ requests: HISTORY_SECONDS, seconds: HISTORY_SECONDS });
  });
});
