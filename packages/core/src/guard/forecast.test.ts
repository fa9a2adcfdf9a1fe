import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_STAGES, resolveGuard, resolveStages } from "../rollouts/plan.ts";
import { planRollout } from "../rollouts/prospect.ts";
import type { ArmCounts } from "./counts.ts";
import { forecastStages } from "./forecast.ts";
import { judgeTick, startGuard } from "./judge.ts";
import type { GuardPlan } from "./plan.ts";

const FLAG = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" } as const;
const BUSY = { requestsPerSecond: 140, latenciesPerSecond: 140, usersPerSecond: 0 };
const HISTORY: ArmCounts = {
  requests: 40_000,
  failures: 80,
  latency: { zeroCount: 0, offset: 100, bucketCounts: [10_000, 20_000, 8_000, 1_500, 500] },
};

function planOf(
  signals: readonly ("failure-rate" | "latency")[],
  history: ArmCounts | undefined,
  stages = DEFAULT_STAGES,
): GuardPlan {
  const guard = resolveGuard({ signals: signals.map((kind) => ({ name: kind, kind })) });
  if (!guard.ok) throw new Error("not a guard");
  return planRollout({ guard: guard.value, stages }, FLAG, history ? { spans: history } : {});
}

describe("the forecast of a rollout's stages", () => {
  it("takes the larger of the floor and the slowest gate, and adds nothing where nothing is promised", () => {
    const plan = planOf(["failure-rate"], HISTORY);

    const [first, second, third, last] = forecastStages(plan, { spans: BUSY });

    const needed = third?.signals[0]?.needed ?? 0;
    expect(needed).toBeGreaterThan(10_000);
    expect(third?.seconds).toBeCloseTo(Math.max(300, needed / 140));
    expect([first?.seconds, second?.seconds]).toEqual([60, 120]);
    expect(last).toMatchObject({ seconds: 0, signals: [], slowest: null });
  });

  it("says why when there is no traffic, or none of what a signal counts", () => {
    const plan = planOf(["failure-rate", "latency"], HISTORY);

    const [silent] = forecastStages(plan, {});
    const [withoutLatency] = forecastStages(plan, { spans: { ...BUSY, latenciesPerSecond: 0 } });

    expect(silent).toMatchObject({ seconds: null, why: expect.stringContaining("Nothing arrives for failure-rate") });
    expect(withoutLatency).toMatchObject({
      seconds: null,
      why: expect.stringContaining("Nothing arrives for latency"),
    });
  });

  it("does not pretend to know how long latency takes before it knows what is usual", () => {
    const plan = planOf(["latency"], { requests: 100, failures: 0 });

    const [first] = forecastStages(plan, { spans: BUSY });

    expect(first?.signals).toEqual([{ name: "latency", needed: null, perSecond: 140, seconds: null }]);
    expect(first?.why).toContain("not known yet");
  });

  it("says what would help where the guard would hold", () => {
    const plan = planOf(["failure-rate"], HISTORY);

    const stages = forecastStages(plan, { spans: { ...BUSY, requestsPerSecond: 3 } });

    expect(stages.map(({ help }) => help !== null)).toEqual([false, true, true, false]);
    expect(stages[1]?.help).toContain("What would help: a share of");
  });

  // Goal: what the form promises is what the guard asks for.
  it("names the gates of the guard's own first tick, whatever plan and past", () => {
    const stage = fc.record({
      share: fc.integer({ min: 1, max: 9_999 }).map((points) => points / 10_000),
      catches: fc.record({ failureRate: fc.double({ min: 0.001, max: 1, noNaN: true }) }),
      minSeconds: fc.integer({ min: 0, max: 900 }),
    });
    const past = fc.record({
      requests: fc.integer({ min: 0, max: 1e6 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(stage, past, fc.integer({ min: 1, max: 5_000 }), (each, { requests, part }, perSecond) => {
        const stages = resolveStages([each]);
        if (!stages.ok) throw new Error("not a stage");
        const history = { requests, failures: Math.floor(requests * part) };
        const plan = planOf(["failure-rate"], history, stages.value);

        const [forecast] = forecastStages(plan, { spans: { ...BUSY, requestsPerSecond: perSecond } });
        const { decision } = judgeTick(plan, startGuard(plan), {
          tick: 1,
          atMs: 1_000,
          stage: 0,
          stageSinceMs: 0,
          share: each.share,
          isPaused: false,
          counts: {},
        });

        expect(forecast?.signals[0]?.needed).toBe(decision.gate.neededExposure);
      }),
    );
  });
});
