import { describe, expect, it } from "vitest";
import type { ArmCounts } from "./counts.ts";
import { type GuardState, judgeTick } from "./judge.ts";
import { massOf, toPending } from "./restart-prior.ts";
import { compared, planWith, TestRollout } from "./test-rollout.ts";

const MASS = { even: 0.5, gentle: 0.375, grave: 0.875 };

const inGroups = (requests: number, failures: number): ArmCounts => ({
  requests,
  failures,
  groups: {
    requests: Array.from({ length: 20 }, () => requests / 20),
    failures: Array.from({ length: 20 }, () => failures / 20),
  },
});

/** The canary hears nothing, and so does one of the pretend canaries: their blocks stay open. */
function openBlocks(): TestRollout {
  const rollout = new TestRollout(planWith());
  const { groups, ...rest } = inGroups(2_000, 20);
  const requests = (groups?.requests ?? []).map((each, group) => (group < 2 ? 0 : each));
  const failures = (groups?.failures ?? []).map((each, group) => (group < 2 ? 0 : each));
  rollout.repeat(3, { stage: 0, spans: compared(inGroups(0, 0), { ...rest, groups: { requests, failures } }) });
  return rollout;
}

/** Every value that stands under a name, at any depth. */
function valuesOf(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === name ? [each] : valuesOf(each, name)));
}

/** What a store gives back, with each value under a name made another (`undefined`: left out). */
function stored(state: GuardState, name: string, change: (value: number) => unknown): GuardState {
  return JSON.parse(JSON.stringify(state, (key, value) => (key === name ? change(value) : value)));
}

/** Judges one second of traffic from a state on. */
function judgeOn(rollout: TestRollout, state: GuardState) {
  const [last] = rollout.ticks.slice(-1);
  if (!last) throw new Error("nothing was judged yet");
  const counts = { spans: compared(inGroups(100, 80), inGroups(2_000, 20)) };
  return judgeTick(rollout.plan, state, { ...last, tick: state.tick + 1, atMs: last.atMs + 1_000, counts });
}

describe("the prior that waits for a block", () => {
  it("is stored as a number, which every release adds to", () => {
    const pending = valuesOf(JSON.parse(JSON.stringify(openBlocks().state)), "pendingPrior");

    expect(pending).toHaveLength(11);
    for (const each of pending) expect(each).toBeTypeOf("number");
    expect(Math.max(...pending.map(Number))).toBeGreaterThan(0.5);
  });

  it("comes back whole from the store", () => {
    expect(massOf(JSON.parse(JSON.stringify(toPending(MASS))))).toEqual(MASS);
  });

  it("is even where a release without graded stakes wrote it, or went on with it", () => {
    const even = (mass: number) => ({ even: mass, gentle: mass, grave: mass });

    expect(massOf({ pendingPrior: 0.5 })).toEqual(even(0.5));
    expect(massOf({ ...toPending(MASS), pendingPrior: MASS.even + 0.125 })).toEqual(even(0.625));
    expect(massOf({ ...toPending(MASS), pendingPrior: 0 })).toEqual(even(0));
  });

  it.each([
    ["without what is graded", "pendingGraded", () => undefined],
    ["with more than what is graded", "pendingPrior", (value: number) => value + 0.01],
  ])("is staked, and spent no more than whole, when it comes back %s", (_what, name, change) => {
    const rollout = openBlocks();

    const { state, decision } = judgeOn(rollout, stored(rollout.state, name, change));

    expect(decision.verdict).toBe("roll-back");
    const spent = valuesOf(JSON.parse(JSON.stringify(state)), "spentPrior").map(Number);
    expect(Math.max(...spent)).toBeGreaterThan(0.5);
    expect(Math.max(...spent)).toBeLessThanOrEqual(1);
  });

  it("is not spent anew when the store does not say how much was spent: such a rollout is not judged", () => {
    const rollout = openBlocks();

    const judge = (name: string, value: unknown) => () =>
      judgeOn(
        rollout,
        stored(rollout.state, name, () => value),
      );

    expect(judge("spentPrior", null)).toThrow("how much of the prior is spent is not a number");
    expect(judge("pendingPrior", "[object Object]0.5")).toThrow("what is staked next is not a number");
  });
});
