import { describe, expect, it } from "vitest";
import { sumTraffic, TrafficRing } from "./traffic-ring.ts";

const HOUR_MS = 3_600_000;
const counts = { requests: 140, failures: 1, units: { seen: 30, failed: 1, firstSeen: 3 } };

describe("the last hour of an arm", () => {
  it("is told as a rate over the time that it was watched", () => {
    const ring = new TrafficRing();
    for (let second = 0; second < 600; second += 1) ring.add(second * 1_000, counts);

    const { requests, users, seconds, lastMs } = sumTraffic([ring.stored()], 600_000);

    expect([requests / seconds, users / seconds]).toEqual([140 * (600 / 599), 30 * (600 / 599)]);
    expect([seconds, lastMs]).toEqual([599, 599_000]);
  });

  it("forgets what is older than an hour, to the second", () => {
    const ring = new TrafficRing();
    for (let second = 0; second < 3 * 3_600; second += 10) ring.add(second * 1_000, counts);

    const traffic = sumTraffic([ring.stored()], 3 * HOUR_MS);

    expect(traffic.seconds).toBe(3_590);
    expect(traffic.requests / traffic.seconds).toBeCloseTo(14, 0);
    expect(ring.stored().minutes).toHaveLength(60);
  });

  it("adds up arms and nodes that were watched at the same time", () => {
    const [one, other] = [new TrafficRing(), new TrafficRing()];
    one.add(0, counts);
    other.add(30_000, counts);

    expect(sumTraffic([one.stored(), other.stored()], 60_000)).toMatchObject({ requests: 280, seconds: 60 });
  });

  it("says that nothing came when the last hour is empty", () => {
    const ring = new TrafficRing();
    ring.add(0, counts);

    expect(sumTraffic([ring.stored()], 2 * HOUR_MS)).toMatchObject({ requests: 0, lastMs: null });
    expect(sumTraffic([], 0)).toMatchObject({ requests: 0, lastMs: null });
  });

  it("keeps sixty minutes after two hours as after one, with the newest at the end", () => {
    const ring = new TrafficRing();
    const minutes = [60, 120].map((until, index) => {
      for (let minute = index * 60; minute < until; minute += 1) ring.add(minute * 60_000, counts);
      return ring.stored().minutes.map(([at]) => at);
    });

    expect(minutes.map(({ length }) => length)).toEqual([60, 60]);
    expect([minutes[1]?.at(0), minutes[1]?.at(-1)]).toEqual([60, 119]);
  });

  it("starts again when the clock is set back", () => {
    const ring = new TrafficRing();
    ring.add(HOUR_MS, counts);

    ring.add(60_000, counts);

    expect(sumTraffic([ring.stored()], 61_000)).toMatchObject({ requests: 140, seconds: 1 });
  });
});
