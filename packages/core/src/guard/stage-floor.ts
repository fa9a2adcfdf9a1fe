import type { GuardTick } from "./decision.ts";
import type { GuardPlan } from "./plan.ts";

/** The time judged in a stage, for its least time. */
export type FloorState = {
  /** `stageSinceMs` of the tick: another one starts the floor again. */
  readonly sinceMs: number;
  readonly judgedMs: number;
  readonly lastAtMs: number;
};

/**
 * The most that one tick adds. Longer gaps are hours in which no node judged, or a clock that was set: nobody was
 * watching then, so nothing of the least time has passed.
 */
const TICK_MAX_MS = 5_000;

export const START_FLOOR: FloorState = { sinceMs: Number.MIN_SAFE_INTEGER, judgedMs: 0, lastAtMs: 0 };

export function foldFloor(floor: FloorState, tick: GuardTick): FloorState {
  const isNew = tick.stageSinceMs !== floor.sinceMs;
  const gapMs = tick.atMs - (isNew ? tick.stageSinceMs : floor.lastAtMs);
  const addedMs = Math.min(TICK_MAX_MS, Math.max(0, gapMs));
  return {
    sinceMs: tick.stageSinceMs,
    judgedMs: isNew ? addedMs : floor.judgedMs + addedMs,
    lastAtMs: tick.atMs,
  };
}

export function floorSecondsLeft(plan: GuardPlan, stage: number, floor: FloorState): number {
  const minSeconds = plan.stages[stage]?.minSeconds ?? 0;
  return Math.max(0, minSeconds - floor.judgedMs / 1_000);
}
