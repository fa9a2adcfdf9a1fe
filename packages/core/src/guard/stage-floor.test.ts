import { describe, expect, it } from "vitest";
import { floorSecondsLeft, foldFloor, START_FLOOR } from "./stage-floor.ts";
import { planWith, stageOf } from "./test-rollout.ts";

const HOUR_MS = 3_600_000;
const plan = planWith({ stages: [stageOf(0.5, { minSeconds: 60 }), stageOf(1)] });

/** Seconds left after ticks at these times, in a stage entered at 0. */
function leftAfter(timesMs: readonly number[], stageSinceMs = 0): number {
  let floor = START_FLOOR;
  timesMs.forEach((atMs, index) => {
    floor = foldFloor(floor, {
      tick: index + 1,
      atMs,
      stage: 0,
      stageSinceMs,
      share: 0.5,
      isPaused: false,
      counts: {},
    });
  });
  return floorSecondsLeft(plan, 0, floor);
}

describe("the least time of a stage", () => {
  it("passes with the seconds that are judged, late ones whole", () => {
    expect(leftAfter([1_000, 2_000, 3_000])).toBe(57);
    expect(leftAfter([1_000, 4_000])).toBe(56);
  });

  it("does not pass while nobody judges", () => {
    expect(leftAfter([1_000, 2_000, 2_000 + HOUR_MS])).toBe(53);
    expect(leftAfter([HOUR_MS])).toBe(55);
  });

  it("goes on when the clock is set back or forward", () => {
    expect(leftAfter([1_000, 2_000, 2_000 - HOUR_MS, 3_000 - HOUR_MS])).toBe(57);
    expect(leftAfter([1_000, 2_000 + HOUR_MS, 3_000 + HOUR_MS])).toBe(53);
  });

  it("starts again when the stage is entered or resumed", () => {
    const before = foldFloor(START_FLOOR, {
      tick: 1,
      atMs: 5_000,
      stage: 0,
      stageSinceMs: 0,
      share: 0.5,
      isPaused: false,
      counts: {},
    });

    const after = foldFloor(before, {
      tick: 2,
      atMs: 7_000,
      stage: 0,
      stageSinceMs: 6_000,
      share: 0.5,
      isPaused: false,
      counts: {},
    });

    expect(floorSecondsLeft(plan, 0, after)).toBe(59);
  });
});
