import { describe, expect, it } from "vitest";
import { actionsFor } from "./actions.tsx";
import { rolloutOf as rollout, START_MS as START } from "./rollout.fixture.ts";
import { needsAttention, stageProgress } from "./rollout-phase.ts";

describe("how a rollout stands", () => {
  it("is as far in its stage as the slower of exposure and floor", () => {
    expect(stageProgress(rollout({}), START + 15_000)).toBe(0.25);
    expect(stageProgress(rollout({}), START + 600_000)).toBe(0.9);
  });

  it("calls for attention when it is paused, held, or half-way to being taken back", () => {
    const { decision } = rollout({});
    const withDecision = (more: object) => rollout({ decision: decision && { ...decision, ...more } });

    expect(needsAttention(rollout({}))).toBe(false);
    expect(needsAttention(rollout({ state: "paused" }))).toBe(true);
    expect(needsAttention(withDecision({ verdict: "freeze" }))).toBe(true);
    expect(needsAttention(withDecision({ logEvidence: Math.log(40) }))).toBe(true);
  });

  it("can be rolled back after completion only while it is watched", () => {
    const completed = rollout({ state: "completed", watchedUntil: new Date(START + 1_000).toISOString() });

    expect(actionsFor(completed, START)).toEqual(["roll-back"]);
    expect(actionsFor(completed, START + 2_000)).toEqual([]);
  });

  it("leaves the queue without a word of rolling back", () => {
    expect(actionsFor(rollout({ state: "queued" }), START)).toEqual(["withdraw"]);
  });
});
