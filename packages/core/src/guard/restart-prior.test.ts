import { describe, expect, it } from "vitest";
import { addMass, NO_MASS, START_PRIOR, spendPrior, spreadPrior } from "./restart-prior.ts";
import { arm, compared, drawArm, planWith, seededUniform, stageOf, TestRollout } from "./test-rollout.ts";

describe("the prior over when a regression begins", () => {
  it("never sums to more than 1, however long the rollout and whatever it is spent on", () => {
    const plan = planWith();
    let prior = START_PRIOR;
    let total = NO_MASS;
    for (let tick = 1; tick <= 200_000; tick += 1) {
      const spent = spendPrior(plan, prior, "share", Math.min(2, Math.floor(tick / 5_000)), tick === 1);
      prior = spent.prior;
      total = addMass(total, spent.mass);
    }

    for (const sum of [total.even, total.gentle, total.grave]) {
      expect(sum).toBeLessThanOrEqual(1);
      expect(sum).toBeGreaterThan(0.99);
    }
  });

  it("is spread whole where there is no later stage", () => {
    const { mass } = spendPrior(planWith({ stages: [stageOf(0.1), stageOf(1)] }), START_PRIOR, "share", 0, true);

    expect(mass.even).toBeCloseTo(0.5 + 0.5 * spreadPrior(1, 600), 12);
    expect(mass.grave).toBeGreaterThan(mass.even);
    expect(mass.gentle).toBeLessThan(mass.even);
  });

  it("leaves something for every tick", () => {
    expect(spreadPrior(600, 600)).toBeCloseTo(0.75 / 600, 12);
    expect(spreadPrior(601, 600)).toBeGreaterThan(0);
    expect(spreadPrior(86_400, 600)).toBeGreaterThan(0);
  });

  it("finds a regression within seconds that begins hours after the planned length", () => {
    const plan = planWith({ plannedTicks: 540 });
    for (let seed = 1; seed <= 5; seed += 1) {
      const uniform = seededUniform(seed);
      const rollout = new TestRollout(plan);
      rollout.repeat(7_200, { stage: 2, spans: compared(arm(50), arm(50)) });
      let seconds = 0;
      let verdict = "wait";
      while (verdict !== "roll-back" && seconds < 200) {
        seconds += 1;
        const spans = compared(drawArm(uniform, 50, 0.05), drawArm(uniform, 50, 0));
        verdict = rollout.judge({ stage: 2, spans }).verdict;
      }

      expect(seconds).toBeLessThan(25);
    }
  });
});
