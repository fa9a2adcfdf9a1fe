import { expect, it } from "vitest";
import { growthOf } from "./memory.ts";

it("compares the second quarter with the last: what a start needs is no leak", () => {
  const samples = [1, 50, 100, 100, 100, 100, 120, 110];

  expect(growthOf(samples)).toMatchObject({ earlyBytes: 100, lateBytes: 110, mostBytes: 120 });
});

it("tells the median of each whole minute of thirty samples", () => {
  const samples = [...Array.from({ length: 30 }, () => 1), ...Array.from({ length: 45 }, () => 2)];

  expect(growthOf(samples).minutesBytes).toEqual([1, 2]);
});

it("says nothing of a run that was too short", () => {
  expect(growthOf([1, 2, 3]).earlyBytes).toBeNaN();
});
