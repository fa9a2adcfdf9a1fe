import { describe, expect, it } from "vitest";
import { arm, compared, planWith, stageOf, TestRollout } from "./test-rollout.ts";

const AT_TEN_PERCENT = { stage: 1, spans: compared(arm(10), arm(90)) };
const NOTHING = { stage: 1 };

describe("rule 2: silence", () => {
  it("freezes, tells once, and rolls back when a source that reports every second falls silent", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(5, AT_TEN_PERCENT);

    expect(rollout.repeat(5, NOTHING).verdict).toBe("wait");
    expect(rollout.repeat(1, NOTHING)).toMatchObject({ verdict: "freeze", cause: "telemetry-missing" });
    rollout.repeat(114, NOTHING);
    expect(rollout.judge(NOTHING)).toMatchObject({ verdict: "roll-back", cause: "telemetry-missing" });
    expect(rollout.decisions.filter(({ isNotified }) => isNotified).map(({ tick }) => tick)).toEqual([36]);
  });

  it("goes on when the source reports again", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(5, AT_TEN_PERCENT);
    rollout.repeat(60, NOTHING);

    expect(rollout.judge(AT_TEN_PERCENT).verdict).toBe("wait");
  });

  it("stays frozen at 1 % or when the plan says so", () => {
    const small = new TestRollout(planWith());
    small.repeat(5, { spans: compared(arm(1), arm(99)) });
    const patient = new TestRollout(planWith({ silence: { ...planWith().silence, isRolledBack: false } }));
    patient.repeat(5, AT_TEN_PERCENT);

    expect(small.repeat(400, {}).verdict).toBe("freeze");
    expect(patient.repeat(400, NOTHING).verdict).toBe("freeze");
  });

  it("never rolls back at the last stage: nothing was compared there", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(5, { stage: 3, spans: compared(arm(10), arm(0)) });

    expect(rollout.repeat(400, { stage: 3 }).verdict).toBe("freeze");
  });

  it("never minds a source that is slow but regular", () => {
    for (const gap of [2, 5, 10, 30, 60]) {
      const rollout = new TestRollout(planWith());
      for (let report = 0; report < 20; report += 1) {
        rollout.repeat(1, { stage: 1, spans: compared(arm(10 * gap), arm(90 * gap)) });
        rollout.repeat(gap - 1, NOTHING);
      }
      const settled = rollout.decisions.slice(2 * gap);

      expect(settled.filter(({ verdict }) => verdict === "freeze" || verdict === "roll-back")).toEqual([]);
      expect(settled.filter(({ isNotified }) => isNotified)).toEqual([]);
      expect(settled.at(-1)?.signals[0]?.cadenceSeconds).toBe(gap);
    }
  });

  it("freezes when nothing was ever heard", () => {
    const decision = new TestRollout(planWith()).repeat(20, {});

    expect(decision.verdict).toBe("freeze");
    expect(decision.signals[0]?.silentSeconds).toBeNull();
  });

  it("does not roll back while another source still reports", () => {
    const plan = planWith();
    const [errors] = plan.signals;
    if (errors === undefined) throw new Error("no signal");
    const signals = [
      { ...errors, weight: 0.5 },
      { ...errors, name: "seen by the application", source: "observations" as const, weight: 0.5 },
    ];
    const rollout = new TestRollout({ ...plan, signals });
    rollout.repeat(5, AT_TEN_PERCENT);

    // Observations never came; spans keep coming.
    const decision = rollout.repeat(400, AT_TEN_PERCENT);

    expect(decision).toMatchObject({ verdict: "freeze", cause: "telemetry-missing" });
    expect(decision.sentence).toContain("observations");
  });
});

describe("a candidate that dies before it can report", () => {
  it("is rolled back after ten seconds in which it should have been seen", () => {
    const rollout = new TestRollout(planWith());
    const dead = { stage: 1, spans: compared(arm(0), arm(90)) };

    const decision = rollout.repeat(40, dead);

    expect(decision).toMatchObject({ verdict: "roll-back", cause: "candidate-silent" });
    const first = rollout.decisions.find(({ verdict }) => verdict === "roll-back");
    // The usual gap is not yet known at the first report, so the window starts at 3 × 5 s and shrinks to 10 s.
    expect(first?.tick).toBeLessThanOrEqual(16);
  });

  it("is noticed when it dies later", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(30, AT_TEN_PERCENT);

    rollout.repeat(14, { stage: 1, spans: compared(arm(0), arm(90)) });

    expect(rollout.decisions.findIndex(({ cause }) => cause === "candidate-silent")).toBe(39);
  });

  it("is not suspected where too few requests were expected", () => {
    const rollout = new TestRollout(planWith());

    const decision = rollout.repeat(100, { spans: compared(arm(0), arm(150)) });

    expect(decision.cause).not.toBe("candidate-silent");
  });

  it("is not suspected where so few users are expected that none may have come", () => {
    const byTenant = Array.from({ length: 20 }, (_, group) => (group % 3 === 0 ? 130 : 0));
    const groups = { requests: byTenant, failures: byTenant.map(() => 0) };
    const rollout = new TestRollout(planWith());

    const decision = rollout.repeat(60, { stage: 1, spans: compared(arm(0), arm(910, 0, { groups })) });

    expect(decision).toMatchObject({ verdict: "hold", cause: "too-little-traffic" });
    expect(decision.sentence).toContain("no candidate request has been seen");
  });

  it("is taken back where many users come in groups as even as they should be", () => {
    const even = { requests: new Array<number>(20).fill(45), failures: new Array<number>(20).fill(0) };
    const rollout = new TestRollout(planWith());

    const decision = rollout.repeat(40, { stage: 1, spans: compared(arm(0), arm(900, 0, { groups: even })) });

    expect(decision).toMatchObject({ verdict: "roll-back", cause: "candidate-silent" });
  });

  it("is measured by its own past where targeting shifts people between the arms", () => {
    const unchecked = planWith({ isShareChecked: false, stages: [stageOf(0.1), stageOf(0.5), stageOf(1)] });
    const never = new TestRollout(unchecked);
    const died = new TestRollout(unchecked);
    died.repeat(30, AT_TEN_PERCENT);

    expect(never.repeat(40, { spans: compared(arm(0), arm(900)) }).cause).not.toBe("candidate-silent");
    expect(died.repeat(12, { stage: 1, spans: compared(arm(0), arm(90)) }).cause).toBe("candidate-silent");
  });
});
