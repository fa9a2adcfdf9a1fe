import { describe, expect, it } from "vitest";
import type { Freshness } from "../api/freshness.ts";
import type { Rollout } from "../api/types.ts";
import { concernsOf } from "./concerns.ts";
import { rolloutOf, START_MS } from "./rollout.fixture.ts";

const LIVE: Freshness = { state: "live", lastMessageAtMs: START_MS };
const MINUTE_MS = 60_000;

const concerns = (rollouts: readonly Rollout[], more: Partial<Parameters<typeof concernsOf>[0]> = {}) =>
  concernsOf({ rollouts, freshness: LIVE, isGuardOnTime: true, nowMs: START_MS, ...more }).map(
    ({ severity, title }) => `${severity}: ${title}`,
  );

const judged = (more: Partial<NonNullable<Rollout["decision"]>>) => {
  const { decision } = rolloutOf({});
  return decision && rolloutOf({ decision: { ...decision, ...more } });
};

describe("what a person should see first", () => {
  it("is nothing while all goes well", () => {
    expect(concerns([rolloutOf({}), rolloutOf({ state: "queued" }), rolloutOf({ state: "completed" })])).toEqual([]);
  });

  it("is told by what the guard says, and by evidence that is half-way to the line", () => {
    expect(concerns([judged({ verdict: "hold" }) ?? rolloutOf({})])).toEqual(["warn: new-checkout is held"]);
    expect(concerns([judged({ verdict: "roll-back" }) ?? rolloutOf({})])).toEqual(["bad: new-checkout hurts"]);
    expect(concerns([judged({ logEvidence: Math.log(40) }) ?? rolloutOf({})])).toEqual([
      "warn: new-checkout may be worse",
    ]);
    expect(concerns([judged({ logEvidence: Math.log(20) }) ?? rolloutOf({})])).toEqual([]);
  });

  it("is a silence that has lasted, before one that may end by itself", () => {
    const frozen = judged({ verdict: "freeze" }) ?? rolloutOf({});
    const needsPerson = { because: "telemetry-missing", sentence: "No telemetry from spans for 31 s." } as const;

    expect(concerns([frozen])).toEqual(["warn: new-checkout is frozen"]);
    expect(concerns([frozen, { ...frozen, id: "rol_2", needsPerson }])).toEqual([
      "bad: new-checkout: look at its telemetry",
      "warn: new-checkout is frozen",
    ]);
  });

  it("is a rollout that waits for a person, or that cannot be judged", () => {
    expect(concerns([rolloutOf({ state: "paused", share: 0.1 })])).toEqual(["warn: new-checkout is paused at 10 %"]);
    expect(concerns([rolloutOf({ judgingFault: { since: "", message: "its record cannot be read" } })])).toEqual([
      "bad: new-checkout cannot be judged",
    ]);
  });

  it("is a rollback for half an hour, by whomever", () => {
    const takenBack = rolloutOf({ state: "rolled-back", endedAt: new Date(START_MS).toISOString() });

    expect(concerns([takenBack], { nowMs: START_MS + 29 * MINUTE_MS })).toEqual(["told: new-checkout was taken back"]);
    expect(concerns([takenBack], { nowMs: START_MS + 30 * MINUTE_MS })).toEqual([]);
  });

  it("puts what nobody would take back before what is only to be looked at", () => {
    const paused = rolloutOf({ state: "paused", share: 0.1 });

    expect(concerns([paused], { isGuardOnTime: false, freshness: { ...LIVE, state: "reconnecting" } })).toEqual([
      "bad: The server cannot be reached",
      "bad: The guard is not on time",
      "warn: new-checkout is paused at 10 %",
    ]);
    expect(concerns([], { isGuardOnTime: undefined })).toEqual([]);
  });
});
