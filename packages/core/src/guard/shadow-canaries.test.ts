import { describe, expect, it } from "vitest";
import { arm, compared, drawArm, planWith, seededUniform, TestRollout } from "./test-rollout.ts";

/** A baseline whose groups fail at these rates. */
function grouped(uniform: () => number, rateOf: (group: number) => number) {
  const arms = Array.from({ length: 20 }, (_, group) => drawArm(uniform, 10, rateOf(group)));
  const requests = arms.map((group) => group.requests);
  const failures = arms.map((group) => group.failures);
  const total = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  return arm(total(requests), total(failures), { groups: { requests, failures } });
}

describe("shadow canaries", () => {
  it("are absent where the source knows no groups", () => {
    const decision = new TestRollout(planWith()).repeat(3, { stage: 1, spans: compared(arm(10), arm(90)) });

    expect(decision.shadow).toBeNull();
  });

  it("raise no false alarm on healthy traffic", () => {
    const uniform = seededUniform(7);
    const rollout = new TestRollout(planWith());
    for (let tick = 0; tick < 150; tick += 1) {
      rollout.judge({
        stage: 1,
        spans: compared(
          arm(20),
          grouped(uniform, () => 0.01),
        ),
      });
    }

    const shadow = rollout.decisions.at(-1)?.shadow;

    expect(shadow).toMatchObject({ canaries: 10, falseAlarms: 0 });
    expect(Number.isFinite(shadow?.maxLogEvidence)).toBe(true);
  });

  it("count an alarm when two groups of the baseline do fail more: the figure is able to warn", () => {
    const uniform = seededUniform(8);
    const rollout = new TestRollout(planWith());
    // Before φ has 20 failures to be measured from, a sudden break of two groups looks like a bad canary.
    for (let tick = 0; tick < 12; tick += 1) {
      rollout.judge({
        stage: 1,
        spans: compared(
          arm(20),
          grouped(uniform, (group) => (group === 4 ? 1 : 0)),
        ),
      });
    }

    expect(rollout.decisions.at(-1)?.shadow?.falseAlarms).toBe(1);
  });

  it("measure the clustering that makes the guard more careful", () => {
    const uniform = seededUniform(9);
    const rollout = new TestRollout(planWith());
    for (let tick = 0; tick < 100; tick += 1) {
      rollout.judge({
        stage: 1,
        spans: compared(
          arm(20),
          grouped(uniform, (group) => (group % 5 === 0 ? 0.05 : 0)),
        ),
      });
    }

    expect(rollout.decisions.at(-1)?.signals[0]?.designEffect).toBeGreaterThan(5);
  });
});
