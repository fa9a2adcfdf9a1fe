import { describe, expect, it } from "vitest";
import type { Decision } from "../guard/decision.ts";
import { arm, compared, planWith, TestRollout } from "../guard/test-rollout.ts";
import { personNeeded } from "./needs-person.ts";

const RUNNING = { state: "running", watchedUntilMs: null, mode: "act", onRegression: "roll-back" } as const;

function judged(more: Partial<Decision>): Decision {
  const decision = new TestRollout(planWith()).judge({ spans: compared(arm(1), arm(9)) });
  return { ...decision, sentence: "Why.", ...more };
}

describe("a person is asked for", () => {
  it("while a silence lasts that somebody was told of, and no longer", () => {
    const rollout = new TestRollout(planWith());
    const needs: unknown[] = [];
    rollout.repeat(20, { stage: 1, spans: compared(arm(10), arm(90)) });
    for (let second = 1; second <= 40; second += 1)
      needs.push(personNeeded(RUNNING, rollout.judge({}), null)?.because ?? null);
    needs.push(personNeeded(RUNNING, rollout.judge({ spans: compared(arm(10), arm(90)) }), null));

    expect(needs.slice(0, 30)).toEqual(Array(30).fill(null));
    expect(needs.slice(30, 40)).toEqual(Array(10).fill("telemetry-missing"));
    expect(needs[40]).toBeNull();
  });

  it("when it is held, cannot be judged, or hurts and nobody takes it back", () => {
    const harm = judged({ verdict: "roll-back" });

    expect(personNeeded(RUNNING, judged({ verdict: "hold" }), null)).toEqual({ because: "held", sentence: "Why." });
    expect(personNeeded(RUNNING, judged({}), "unreadable")?.because).toBe("cannot-be-judged");
    expect(personNeeded({ ...RUNNING, mode: "dry-run" }, harm, null)?.because).toBe("harm-not-taken-back");
    expect(personNeeded({ ...RUNNING, onRegression: "freeze" }, harm, null)?.because).toBe("harm-not-taken-back");
  });

  it("not when it goes on by itself, is taken back by itself, or has ended", () => {
    const ended = { ...RUNNING, state: "rolled-back" } as const;

    expect(personNeeded(RUNNING, judged({}), null)).toBeNull();
    expect(personNeeded(RUNNING, null, null)).toBeNull();
    expect(personNeeded(RUNNING, judged({ verdict: "roll-back" }), null)).toBeNull();
    expect(personNeeded(RUNNING, judged({ verdict: "freeze" }), null)).toBeNull();
    expect(personNeeded(ended, judged({ verdict: "hold" }), "unreadable")).toBeNull();
  });
});
