import type { Rollout } from "../api/types.ts";

export const START_MS = Date.parse("2026-01-01T00:00:00Z");
const AT = new Date(START_MS).toISOString();

/** A rollout in its only stage, waiting for its gate. */
export function rolloutOf(more: Partial<Rollout>): Rollout {
  return {
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
    createdAt: AT,
    startedAt: AT,
    stageSince: AT,
    endedAt: null,
    endReason: null,
    endedBy: null,
    watchedUntil: null,
    waitsFor: null,
    judgingFault: null,
    needsPerson: null,
    decision: {
      verdict: "wait",
      cause: "gathering-evidence",
      sentence: "",
      at: AT,
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
  };
}
