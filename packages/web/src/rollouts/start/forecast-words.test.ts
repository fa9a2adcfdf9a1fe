import { describe, expect, it } from "vitest";
import { formatEstimate, formatRate, sayInMany, sayLength, sayNeed, sayTraffic } from "./forecast-words.ts";
import type { StageForecast } from "./start-queries.ts";

const stage: StageForecast = {
  share: 0.1,
  audience: null,
  catches: { failureRate: 0.02 },
  minSeconds: 120,
  signals: [{ name: "errors", needed: 33_600, perSecond: 140, seconds: 240 }],
  slowest: "errors",
  seconds: 240,
  why: null,
  help: null,
};
const traffic = {
  source: "spans",
  requestsPerSecond: 140,
  latenciesPerSecond: 140,
  usersPerSecond: 0,
  failureRate: 0,
  latencyMs: null,
  seconds: 3_600,
  lastSecondsAgo: 1,
} as const;

describe("the words of a forecast", () => {
  it("say how long a stage takes, and whether its floor or its evidence decides", () => {
    expect([sayLength(stage), sayNeed(stage)]).toEqual(["about 4 min", "errors needs 33,600 requests to be sure."]);
    const short = { ...stage, seconds: 120, signals: [{ name: "errors", needed: 3_000, perSecond: 140, seconds: 21 }] };
    expect([sayLength(short), sayNeed(short)]).toEqual([
      "2 min",
      "The floor: errors needs 3,000 requests, here in 20 s.",
    ]);
  });

  it("say what they rest on, and never more than is known", () => {
    expect(sayTraffic(traffic)).toBe("the last hour's 140 requests/s");
    expect(sayTraffic({ ...traffic, seconds: 725 })).toBe("the last 12 min's 140 requests/s");
    expect(sayTraffic({ ...traffic, seconds: 20 })).toBe("the last minute's 140 requests/s");
    expect([0, 0.01, 0.5, 12].map(formatRate)).toEqual([
      "no requests",
      "36 requests/h",
      "0.5 requests/s",
      "12 requests/s",
    ]);
    expect(sayLength({ ...stage, seconds: null })).toBe("not known yet");
    expect([63, 241, 5_000, 1e12].map(formatEstimate)).toEqual(["1 min 5 s", "4 min", "1 h 20 min", "weeks"]);
  });

  it("tell a rate as a count of many", () => {
    expect([0, 0.002, 0.0024, 0.05, 0.3, 0.000_21].map(sayInMany)).toEqual([
      "none",
      "2 in 1,000",
      "2.4 in 1,000",
      "50 in 1,000",
      "30 in 100",
      "2.1 in 10,000",
    ]);
  });
});
