import { describe, expect, it } from "vitest";
import type { Rollout } from "../api/types.ts";
import { actionsFor } from "./actions.tsx";
import { needsAttention, stageProgress } from "./rollout-phase.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

const rollout = (more: Partial<Rollout>): Rollout => ({
  id: "rol_1",
  kind: "flag",
  environment: "production",
  flag: "new-checkout",
  service: "shop",
  baseline: "off",
  candidate: "on",
  state: "running",
  stage: 1,
  share: 0.01,
  stages: [{ share: 0.01, audience: null, catches: { failureRate: 0.2 }, minSeconds: 60 }],
  guard: { alpha: 0.001, signals: [] },
  onRegression: "roll-back",
  mode: "act",
  reason: "first users",
  startedBy: { kind: "token", id: "tok_1", name: "Ada" },
  createdAt: new Date(START).toISOString(),
  startedAt: new Date(START).toISOString(),
  stageSince: new Date(START).toISOString(),
  endedAt: null,
  endReason: null,
  endedBy: null,
  watchedUntil: null,
  waitsFor: null,
  judgingFault: null,
  decision: {
    verdict: "wait",
    cause: "gathering-evidence",
    sentence: "",
    at: new Date(START).toISOString(),
    tick: 1,
    stage: 1,
    share: 0.01,
    evidence: 1,
    logEvidence: 0,
    gate: { exposure: 900, neededExposure: 1_000, signal: "errors", floorSecondsLeft: 45, projectedSeconds: 10 },
  },
  signals: [],
  shadow: null,
  salt: "on",
  bucketing: "fractional-v2",
  version: 1,
  ...more,
});

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
