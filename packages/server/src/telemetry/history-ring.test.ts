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

  it("starts again when the clock is set back, rather than growing until it has caught up", () => {
    const ring = new HistoryRing(HOUR_MS);
    for (let second = 0; second < 60; second += 1) ring.add(HOUR_MS + second * 1_000, request);

    for (let second = 0; second < 1_000; second += 1) ring.add(second * 1_000, request);

    expect(ring.total(1_000_000)).toMatchObject({ requests: HISTORY_SECONDS, seconds: HISTORY_SECONDS });
  });
});
