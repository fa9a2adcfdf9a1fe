import { describe, expect, it } from "vitest";
import { arm, compared, drawArm, ERRORS, planWith, seededUniform, stageOf, TestRollout } from "./test-rollout.ts";

const NO_TOLERANCE = { ratio: 1, add: 0 };

describe("simulated rollouts", () => {
  it("does not roll identical versions back", () => {
    let rolledBack = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const uniform = seededUniform(seed);
      const rollout = new TestRollout(planWith({ signals: [{ ...ERRORS, tolerance: NO_TOLERANCE }] }));
      for (let tick = 1; tick <= 300; tick += 1) {
        const share = tick <= 150 ? 0.1 : 0.5;
        const spans = compared(drawArm(uniform, 40 * share, 0.02), drawArm(uniform, 40 * (1 - share), 0.02));
        if (rollout.judge({ stage: tick <= 150 ? 1 : 2, spans }).verdict === "roll-back") rolledBack += 1;
      }
    }

    expect(rolledBack).toBe(0);
  });

  it("does not blame the candidate for an incident that hits both arms", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const uniform = seededUniform(seed);
      const rollout = new TestRollout(planWith({ signals: [{ ...ERRORS, tolerance: NO_TOLERANCE }] }));
      for (let tick = 1; tick <= 200; tick += 1) {
        const failureRate = tick > 60 && tick <= 120 ? 0.4 : 0.001;
        const spans = compared(drawArm(uniform, 10, failureRate), drawArm(uniform, 90, failureRate));
        expect(rollout.judge({ stage: 1, spans }).verdict).not.toBe("roll-back");
      }
    }
  });

  it("finds a regression that begins late", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const uniform = seededUniform(seed);
      const rollout = new TestRollout(planWith());
      let tick = 0;
      let verdict = "wait";
      while (verdict !== "roll-back" && tick < 400) {
        tick += 1;
        const candidate = drawArm(uniform, 10, tick > 200 ? 0.3 : 0.001);
        verdict = rollout.judge({ stage: 1, spans: compared(candidate, drawArm(uniform, 90, 0.001)) }).verdict;
      }

      expect(tick).toBeGreaterThan(200);
      expect(tick).toBeLessThan(225);
    }
  });

  it("finds a regression as fast when the past it knows was an incident that is over", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const uniform = seededUniform(seed);
      const history = { spans: { requests: 30_000, failures: 15_000 } };
      const rollout = new TestRollout(planWith({ history }));
      let tick = 0;
      let verdict = "wait";
      while (verdict !== "roll-back" && tick < 200) {
        tick += 1;
        const spans = compared(drawArm(uniform, 10, 0.05), drawArm(uniform, 90, 0.001));
        verdict = rollout.judge({ stage: 1, spans }).verdict;
      }

      expect(tick).toBeLessThan(40);
    }
  });

  it("tolerates what the plan tolerates, for ever", () => {
    const uniform = seededUniform(5);
    const tolerance = { ratio: 1, add: 0.05 };
    const rollout = new TestRollout(planWith({ signals: [{ ...ERRORS, tolerance }] }));
    for (let tick = 1; tick <= 1_500; tick += 1) {
      const spans = compared(drawArm(uniform, 50, 0.06), drawArm(uniform, 50, 0.01));
      expect(rollout.judge({ stage: 2, spans }).verdict).not.toBe("roll-back");
    }
  });

  it("counts users where the plan says so: a burst of one user is one failure", () => {
    const users = (seen: number, failed: number) => ({ units: { seen, failed, firstSeen: 0 } });
    const one = compared(arm(20, 12, users(9, 1)), arm(180, 0, users(90, 0)));
    const calm = compared(arm(20, 0, users(9, 0)), arm(180, 0, users(90, 0)));
    const byRequests = new TestRollout(planWith());
    const byUsers = new TestRollout(planWith({ signals: [{ ...ERRORS, count: "users" }] }));
    byRequests.repeat(5, { stage: 1, spans: calm });
    byUsers.repeat(5, { stage: 1, spans: calm });

    expect(byRequests.judge({ spans: one }).verdict).toBe("roll-back");
    const decision = byUsers.judge({ spans: one });
    expect(decision.verdict).toBe("wait");
    expect(decision.signals[0]?.candidate).toMatchObject({ requests: 54, failures: 1 });
  });

  it("counts events that name more crashes than requests", () => {
    const signal = {
      name: "crashes",
      kind: "event-count",
      source: "spans",
      weight: 1,
      tolerance: { ratio: 1.1 },
    } as const;
    const rollout = new TestRollout(planWith({ signals: [signal], history: {}, stages: [stageOf(0.1), stageOf(1)] }));
    const healthy = rollout.repeat(20, { spans: compared(arm(10, 1), arm(90, 9)) });
    const crashing = rollout.repeat(4, { spans: compared(arm(10, 25), arm(90, 9)) });

    expect(healthy.verdict).not.toBe("roll-back");
    expect(crashing).toMatchObject({ verdict: "roll-back", cause: "signal:crashes" });
    expect(crashing.sentence).toMatch(/events in 240 candidate requests/);
  });
});
