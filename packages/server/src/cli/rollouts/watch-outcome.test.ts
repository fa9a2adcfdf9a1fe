import { describe, expect, it } from "vitest";
import { ROLLOUT } from "../cli.fixture.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import type { Rollout } from "../types.ts";
import { changeKey, watchOutcome } from "./watch-outcome.ts";

const exitCode = (change: Partial<Rollout>, isWatchIncluded = false) =>
  watchOutcome({ ...ROLLOUT, ...change }, isWatchIncluded)?.exitCode;
const takenBack = ROLLOUT.decision === null ? null : { ...ROLLOUT.decision, verdict: "roll-back" as const };

describe("watchOutcome", () => {
  it("goes on while the rollout is queued, runs or was paused by a person", () => {
    expect(exitCode({ state: "queued" })).toBeUndefined();
    expect(exitCode({ state: "running" })).toBeUndefined();
    expect(exitCode({ state: "paused" })).toBeUndefined();
    expect(exitCode({ state: "paused", decision: takenBack })).toBeUndefined();
  });

  it("tells completed, rolled back, stopped and frozen apart", () => {
    expect(exitCode({ state: "completed" })).toBe(EXIT_CODES.ok);
    expect(exitCode({ state: "rolled-back" })).toBe(EXIT_CODES.rolledBack);
    expect(exitCode({ state: "stopped" })).toBe(EXIT_CODES.notCompleted);
    expect(exitCode({ state: "paused", onRegression: "freeze", decision: takenBack })).toBe(EXIT_CODES.notCompleted);
  });

  it("waits for the end of the watch only when asked to", () => {
    const watched = { state: "completed", watchedUntil: "2026-11-21T12:30:00Z" } as const;

    expect(exitCode(watched)).toBe(EXIT_CODES.ok);
    expect(exitCode(watched, true)).toBeUndefined();
    expect(exitCode({ state: "completed" }, true)).toBe(EXIT_CODES.ok);
  });
});

describe("changeKey", () => {
  it("stays when only the sentence and the figures move", () => {
    const decision = ROLLOUT.decision === null ? null : { ...ROLLOUT.decision, sentence: "other", tick: 241 };

    expect(changeKey({ ...ROLLOUT, decision })).toBe(changeKey(ROLLOUT));
    expect(changeKey({ ...ROLLOUT, stage: 3 })).not.toBe(changeKey(ROLLOUT));
  });
});
