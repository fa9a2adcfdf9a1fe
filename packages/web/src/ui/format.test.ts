import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatClock,
  formatDuration,
  formatMilliseconds,
  formatOdds,
  formatPercent,
  formatPoints,
  formatRelative,
} from "./format.ts";

describe("bytes", () => {
  it("are told by thousands, two digits or whole", () => {
    expect([0, 940, 12_345, 3_400_000, 123_456_789, 2e15].map(formatBytes)).toEqual([
      "0 B",
      "940 B",
      "12 kB",
      "3.4 MB",
      "123 MB",
      "2000 TB",
    ]);
  });
});

describe("figures for people", () => {
  it("keeps two digits of a small percentage, so that close rates can be told apart", () => {
    const texts = [0, 0.0012, 0.00034, 0.0999, 0.123, 1].map(formatPercent);

    expect(texts).toEqual(["0 %", "0.12 %", "0.034 %", "10 %", "12.3 %", "100 %"]);
  });

  it("begins the day at 00, not at 24", () => {
    expect(formatClock(new Date(2026, 10, 21, 0, 4, 9).getTime())).toBe("00:04:09");
  });

  it("says point in the singular", () => {
    expect([0.01, 0.02, 0.005].map(formatPoints)).toEqual(["1 point", "2 points", "0.5 points"]);
  });

  it("gives evidence as odds, however strong or weak", () => {
    const texts = [Math.log(3.2), Math.log(1_000), -9, 690].map(formatOdds);

    expect(texts).toEqual(["3.2 : 1", "1,000 : 1", "below 0.1 : 1", "more than 1,000,000 : 1"]);
  });

  it("changes the unit of a latency at a second", () => {
    expect([0.42, 12.4, 999, 1_500].map(formatMilliseconds)).toEqual(["0.4 ms", "12 ms", "999 ms", "1.50 s"]);
  });

  it("names the two largest units of a duration and no empty one", () => {
    expect([45, 60, 200, 7_500, 90_000].map(formatDuration)).toEqual([
      "45 s",
      "1 min",
      "3 min 20 s",
      "2 h 5 min",
      "1 d 1 h",
    ]);
  });

  it("tells the past from the future, by the largest unit", () => {
    const nowMs = 1_000_000_000;

    const texts = [500, 12_000, 200_000, -240_000].map((agoMs) => formatRelative(nowMs - agoMs, nowMs));

    expect(texts).toEqual(["just now", "12 s ago", "3 min ago", "in 4 min"]);
  });
});
