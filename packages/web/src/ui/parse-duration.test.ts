import { describe, expect, it } from "vitest";
import { formatDuration } from "./format.ts";
import { parseDuration } from "./parse-duration.ts";

describe("a duration that a person typed", () => {
  it("is read with or without a unit", () => {
    expect(["90", "90 s", "2m", "2 min", "1 h 30 min", "0.5h", " 1H "].map(parseDuration)).toEqual([
      90, 90, 120, 120, 5_400, 1_800, 3_600,
    ]);
  });

  it("is nothing when it is not one", () => {
    expect(["", "soon", "5 apples", "-3 s", "2 min later"].map(parseDuration)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it("is what it was written from", () => {
    for (const seconds of [0, 45, 60, 61, 3_600, 5_400, 90_000])
      expect(parseDuration(formatDuration(seconds))).toBe(seconds);
  });
});
