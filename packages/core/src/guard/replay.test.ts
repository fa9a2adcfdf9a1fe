import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArmCounts, ComparedCounts } from "./counts.ts";
import type { GuardTick } from "./decision.ts";
import { type GuardState, judgeTick, startGuard } from "./judge.ts";
import type { GuardPlan } from "./plan.ts";
import { ERRORS, LATENCY, planWith, stageOf } from "./test-rollout.ts";

const PLAN: GuardPlan = planWith({
  signals: [
    { ...ERRORS, weight: 0.4 },
    { ...LATENCY, weight: 0.3 },
    { name: "crashes", kind: "event-count", source: "observations", weight: 0.2, tolerance: { ratio: 1.2 } },
    { ...ERRORS, name: "users", source: "observations", count: "users", weight: 0.1 },
  ],
  stages: [
    stageOf(0, { isAudience: true }),
    stageOf(0.1, { catches: { failureRate: 0.02 } }),
    stageOf(0.5),
    stageOf(1),
  ],
  history: {
    spans: { requests: 500, failures: 3, latency: { zeroCount: 2, offset: 90, bucketCounts: [100, 50, 30, 9] } },
  },
  plannedTicks: 30,
});

const twenty = (counts: fc.Arbitrary<number>) => fc.array(counts, { minLength: 20, maxLength: 20 });

const armArbitrary: fc.Arbitrary<ArmCounts> = fc
  .record({
    requests: fc.nat(300),
    failures: fc.nat(20),
    latency: fc.option(
      fc.record({
        zeroCount: fc.nat(3),
        offset: fc.integer({ min: 80, max: 110 }),
        bucketCounts: fc.array(fc.nat(20), { maxLength: 12 }),
      }),
      { nil: undefined },
    ),
    groups: fc.option(fc.record({ requests: twenty(fc.nat(30)), failures: twenty(fc.nat(3)) }), { nil: undefined }),
    units: fc.option(fc.record({ seen: fc.nat(50), failed: fc.nat(9), firstSeen: fc.nat(30) }), { nil: undefined }),
  })
  .map(({ latency, groups, units, ...rest }) => ({
    ...rest,
    ...(latency && { latency }),
    ...(groups && { groups }),
    ...(units && { units }),
  }));

const comparedArbitrary: fc.Arbitrary<ComparedCounts> = fc.record({ baseline: armArbitrary, candidate: armArbitrary });

const scripts = fc.array(
  fc.record({
    isNextStage: fc.constantFrom(false, false, false, true),
    isPaused: fc.constantFrom(false, false, true),
    spans: fc.option(comparedArbitrary, { nil: undefined }),
    observations: fc.option(comparedArbitrary, { nil: undefined }),
    isStored: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

// Goal: every decision is a record that anyone can check from the stored counts.
describe("replay", () => {
  it("gives the same decisions bit for bit, also when the state was stored as JSON on the way", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        let stage = 0;
        const ticks = script.map(({ isNextStage, isPaused, spans, observations }, index): GuardTick => {
          if (isNextStage) stage = Math.min(3, stage + 1);
          return {
            tick: index + 1,
            atMs: 1_000 * index,
            stage,
            stageSinceMs: 0,
            share: PLAN.stages[stage]?.share ?? 0,
            isPaused,
            counts: { ...(spans && { spans }), ...(observations && { observations }) },
          };
        });

        const live = ticks.map(judgeFrom(startGuard(PLAN), () => false));
        const replayed = ticks.map(judgeFrom(startGuard(PLAN), (index) => script[index]?.isStored === true));

        expect(replayed).toEqual(live);
        for (const text of live) expect(text).not.toMatch(/null|NaN|Infinity/);
      }),
      { numRuns: 150 },
    );
  });

  it("leaves the state it was given untouched", () => {
    fc.assert(
      fc.property(fc.array(comparedArbitrary, { minLength: 2, maxLength: 6 }), (counts) => {
        let state = deepFreeze(startGuard(PLAN));
        counts.forEach((spans, index) => {
          const tick = { tick: index + 1, atMs: 0, stage: 1, stageSinceMs: 0, share: 0.1, isPaused: false };
          state = deepFreeze(
            judgeTick(PLAN, state, { ...tick, counts: deepFreeze({ spans, observations: spans }) }).state,
          );
        });
      }),
      { numRuns: 50 },
    );
  });
});

/** Decision and state after each tick as text, JSON's `null` where a number is no number; nullable fields are cut out. */
function judgeFrom(
  start: GuardState,
  isStored: (index: number) => boolean,
): (tick: GuardTick, index: number) => string {
  let state = start;
  return (tick, index) => {
    const judged = judgeTick(PLAN, state, tick);
    state = isStored(index) ? JSON.parse(JSON.stringify(judged.state)) : judged.state;
    return JSON.stringify(judged).replace(/"\w+":null/g, "");
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
