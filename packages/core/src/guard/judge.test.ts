import { describe, expect, it } from "vitest";
import { judgeTick, startGuard } from "./judge.ts";
import { sayCount } from "./sentence.ts";
import { arm, compared, ERRORS, LATENCY, planWith, stageOf, TestRollout } from "./test-rollout.ts";

const HEALTHY = compared(arm(10), arm(990, 1));

describe("rule 1: evidence", () => {
  it("takes a total break back after a few failing requests and says so", () => {
    const rollout = new TestRollout(planWith());
    rollout.judge({ spans: compared(arm(1, 1), arm(99)) });
    rollout.judge({ spans: compared(arm(1, 1), arm(99)) });

    const decision = rollout.judge({ spans: compared(arm(1, 1), arm(99)) });

    expect(decision).toMatchObject({ verdict: "roll-back", cause: "signal:errors" });
    expect(decision.evidence).toBeGreaterThanOrEqual(1_000);
    expect(decision.sentence).toMatch(
      /^3 of 3 candidate requests failed; of the baseline 0 of 297\. If the new version were no worse, .* fewer than 1 in [\d,]+ rollouts\.$/,
    );
  });

  it("still takes a paused rollout back", () => {
    const rollout = new TestRollout(planWith());

    const decision = rollout.repeat(4, { spans: compared(arm(2, 2), arm(198)), isPaused: true });

    expect(decision.verdict).toBe("roll-back");
  });

  it("names no single signal when only all together are proof", () => {
    const signals = [
      { ...ERRORS, weight: 0.5 },
      { ...ERRORS, name: "checkout-errors", weight: 0.5 },
    ];
    const history = { spans: { requests: 30_000, failures: 6_000 } };
    const rollout = new TestRollout(planWith({ signals, history }));
    let decision = rollout.judge({ stage: 1, spans: compared(arm(20, 6), arm(180, 36)) });
    while (decision.verdict !== "roll-back" && decision.tick < 200) {
      decision = rollout.judge({ stage: 1, spans: compared(arm(20, 6), arm(180, 36)) });
    }

    expect(decision).toMatchObject({ verdict: "roll-back", cause: "combined-evidence" });
    expect(decision.sentence).toContain("together they are");
  });

  it("keeps its evidence when the stage changes", () => {
    const rollout = new TestRollout(planWith());
    const before = rollout.repeat(5, { spans: compared(arm(10, 1), arm(990, 2)) });

    const after = rollout.judge({ stage: 1, spans: compared(arm(1, 0), arm(9)) });

    expect(before.evidence).toBeGreaterThan(20);
    expect(after.evidence).toBeGreaterThan(0.8 * before.evidence);
  });

  it("takes a slow candidate back by latency, but not in the first seconds of a share", () => {
    const latency = (offset: number, count: number) => ({ latency: { zeroCount: 0, offset, bucketCounts: [count] } });
    const rollout = new TestRollout(planWith({ signals: [LATENCY] }));
    const slow = compared(arm(100, 0, latency(260, 100)), arm(900, 0, latency(160, 900)));

    const cold = rollout.repeat(5, { spans: slow });
    const warm = rollout.repeat(10, { spans: slow });

    expect(cold.evidence).toBeLessThan(2);
    expect(warm).toMatchObject({ verdict: "roll-back", cause: "signal:latency" });
    expect(warm.sentence).toContain("p50 of the candidate is 282 ms over 1,500 requests; of the baseline 32.3 ms");
  });

  it("lets candidate requests wait for a baseline to compare with, rather than lose them", () => {
    const plan = planWith({ stages: [stageOf(0.9), stageOf(1)] });
    const apart = new TestRollout(plan);
    for (let pair = 0; pair < 6; pair += 1) {
      apart.judge({ spans: compared(arm(0), arm(1)) });
      apart.repeat(9, { spans: compared(arm(1, 1), arm(0)) });
    }

    // Nine failures a block, of the baseline's one request none: what a single tick with all of them would show.
    const together = new TestRollout(plan).repeat(6, { spans: compared(arm(9, 9), arm(1)) });

    expect(apart.repeat(1, { spans: compared(arm(0), arm(1)) }).logEvidence).toBeGreaterThan(together.logEvidence - 1);
  });

  it("compares them with no baseline of another time", () => {
    const rollout = new TestRollout(planWith({ stages: [stageOf(0.5), stageOf(1)] }));
    rollout.repeat(10, { spans: compared(arm(10), arm(10)) });

    // An incident while only the candidate reports, over when the baseline is back.
    rollout.repeat(300, { spans: compared(arm(10, 3), arm(0)) });
    rollout.repeat(60, { spans: compared(arm(10), arm(0)) });
    rollout.repeat(60, { spans: compared(arm(10), arm(90)) });

    expect(Math.max(...rollout.decisions.map(({ logEvidence }) => logEvidence))).toBeLessThan(1);
  });

  it("lets slow candidate requests wait for a baseline too", () => {
    const latency = (offset: number, count: number) => ({ latency: { zeroCount: 0, offset, bucketCounts: [count] } });
    const history = { spans: arm(300, 0, latency(160, 300)) };
    const plan = planWith({ signals: [LATENCY], history, stages: [stageOf(0.9), stageOf(1)] });
    const calm = compared(arm(1, 0, latency(160, 1)), arm(1, 0, latency(160, 1)));
    const together = new TestRollout(plan);
    together.repeat(10, { spans: calm });
    const apart = new TestRollout(plan);
    apart.repeat(10, { spans: calm });

    const slow = together.repeat(4, { spans: compared(arm(9, 0, latency(260, 9)), arm(1, 0, latency(160, 1))) });
    for (let pair = 0; pair < 4; pair += 1) {
      apart.repeat(9, { spans: compared(arm(1, 0, latency(260, 1)), arm(0)) });
      apart.judge({ spans: compared(arm(0), arm(1, 0, latency(160, 1))) });
    }

    expect(apart.decisions.at(-1)?.logEvidence).toBeGreaterThan(slow.logEvidence - 0.1);
  });
});

describe("an audience stage", () => {
  const plan = planWith({ stages: [stageOf(0, { isAudience: true, minSeconds: 30 }), stageOf(0.1), stageOf(1)] });

  it("does not mind people who fail a little more, and leaves no evidence behind", () => {
    const rollout = new TestRollout(plan);

    const audience = rollout.repeat(25, { spans: compared(arm(20, 2), arm(980, 1)) });
    const next = rollout.judge({ stage: 1, spans: compared(arm(1), arm(9)) });

    expect(audience).toMatchObject({ verdict: "wait", cause: "floor-not-passed" });
    expect(Math.abs(next.logEvidence)).toBeLessThan(0.5);
  });

  it("takes a gross break back", () => {
    const decision = new TestRollout(plan).repeat(10, { spans: compared(arm(3, 3), arm(980, 1)) });

    expect(decision).toMatchObject({ verdict: "roll-back", cause: "gross-break" });
  });

  it("advances by its floor alone when nobody of the audience came", () => {
    const rollout = new TestRollout(plan);

    expect(rollout.repeat(30, { spans: compared(arm(0), arm(980, 1)) }).verdict).toBe("wait");
    expect(rollout.repeat(1, { spans: compared(arm(0), arm(980, 1)) })).toMatchObject({
      verdict: "advance",
      cause: "gate-met",
    });
  });
});

describe("the last stage", () => {
  it("takes a gross break back by what the baseline was, and only reports less", () => {
    const mild = new TestRollout(planWith());
    mild.repeat(20, { spans: HEALTHY });
    const reported = mild.repeat(300, { stage: 3, spans: compared(arm(100, 5), arm(0)) });
    const gross = mild.repeat(3, { stage: 3, spans: compared(arm(100, 60), arm(0)) });

    expect(reported).toMatchObject({ verdict: "advance", cause: "last-stage" });
    expect(gross).toMatchObject({ verdict: "roll-back", cause: "gross-break" });
  });

  it("takes latency of many times the baseline's back", () => {
    const latency = (offset: number, count: number) => ({ latency: { zeroCount: 0, offset, bucketCounts: [count] } });
    const rollout = new TestRollout(planWith({ signals: [LATENCY] }));
    rollout.repeat(20, { spans: compared(arm(10, 0, latency(160, 10)), arm(990, 0, latency(160, 990))) });

    const slower = rollout.repeat(60, { stage: 3, spans: compared(arm(100, 0, latency(190, 100)), arm(0)) });
    const gross = rollout.repeat(10, { stage: 3, spans: compared(arm(100, 0, latency(260, 100)), arm(0)) });

    expect(slower.verdict).toBe("advance");
    expect(gross).toMatchObject({ verdict: "roll-back", cause: "gross-break" });
  });

  it("waits for its floor", () => {
    const stages = [stageOf(0.5), stageOf(1, { minSeconds: 10 })];
    const rollout = new TestRollout(planWith({ stages }));
    rollout.repeat(3, { spans: compared(arm(50), arm(50)) });

    expect(rollout.repeat(10, { stage: 1, spans: compared(arm(100), arm(0)) })).toMatchObject({
      verdict: "wait",
      cause: "last-stage",
    });
    expect(rollout.judge({ spans: compared(arm(100), arm(0)) }).verdict).toBe("advance");
  });
});

describe("rule 3: share mismatch", () => {
  const units = (firstSeen: number) => ({ units: { seen: firstSeen, failed: 0, firstSeen } });
  const counts = (candidate: number, baseline: number) =>
    compared(arm(candidate, 0, units(candidate)), arm(baseline, 0, units(baseline)));

  it("holds when newly seen users are not split as planned", () => {
    const decision = new TestRollout(planWith()).repeat(90, { stage: 1, spans: counts(50, 950) });

    expect(decision).toMatchObject({ verdict: "hold", cause: "share-mismatch" });
    expect(decision.sentence).toContain("5 % of");
  });

  it("forgives reports of the old share that arrive after a change", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(30, { stage: 1, spans: counts(100, 900) });
    rollout.repeat(5, { stage: 2, spans: counts(100, 900) });

    const decision = rollout.repeat(30, { stage: 2, spans: counts(500, 500) });

    expect(decision.cause).not.toBe("share-mismatch");
  });

  it("does not judge the split where targeting rules put people into arms", () => {
    const rollout = new TestRollout(planWith({ isShareChecked: false }));

    expect(rollout.repeat(90, { stage: 1, spans: counts(50, 950) }).cause).not.toBe("share-mismatch");
  });
});

describe("rules 4 to 6: the gate", () => {
  it("advances when the exposure would have shown what the stage promises, and not before", () => {
    const rollout = new TestRollout(planWith());
    let decision = rollout.judge({ spans: HEALTHY });
    while (decision.verdict === "wait" && decision.tick < 60) decision = rollout.judge({ spans: HEALTHY });

    expect(decision).toMatchObject({ verdict: "advance", cause: "gate-met" });
    expect(decision.gate.exposure).toBeGreaterThanOrEqual(decision.gate.neededExposure ?? Number.POSITIVE_INFINITY);
    expect(rollout.decisions.at(-2)?.gate.exposure).toBeLessThan(rollout.decisions.at(-2)?.gate.neededExposure ?? 0);
    expect(decision.gate.neededExposure).toBeGreaterThan(2_500);
    expect(decision.gate.neededExposure).toBeLessThan(4_000);
  });

  it("names the signal that is furthest from its gate, and tells its figures", () => {
    const rollout = new TestRollout(
      planWith({
        signals: [
          { ...LATENCY, weight: 0.5 },
          { ...ERRORS, weight: 0.5 },
        ],
      }),
    );
    const latency = { zeroCount: 0, offset: 100, bucketCounts: [40] };

    const decision = rollout.repeat(20, { spans: compared(arm(1, 0, { latency }), arm(99, 0, { latency })) });

    expect(decision.gate.signal).toBe("errors");
    expect(decision.sentence).toContain(
      ` of the ${sayCount(decision.gate.neededExposure ?? 0)} requests that errors needs in this stage`,
    );
  });

  it("waits for the floor", () => {
    const stages = [stageOf(0.01, { catches: { failureRate: 0.2 }, minSeconds: 60 })];
    const rollout = new TestRollout(planWith({ stages }));

    const decision = rollout.repeat(30, { spans: HEALTHY });

    expect(decision).toMatchObject({ verdict: "wait", cause: "floor-not-passed" });
    expect(decision.gate.floorSecondsLeft).toBe(31);
  });

  it("never advances a paused rollout", () => {
    const decision = new TestRollout(planWith()).repeat(60, { spans: HEALTHY, isPaused: true });

    expect(decision).toMatchObject({ verdict: "wait", cause: "paused" });
  });

  it("starts the exposure again with each stage", () => {
    const rollout = new TestRollout(planWith());
    rollout.repeat(10, { spans: HEALTHY });

    expect(rollout.judge({ stage: 1, spans: compared(arm(100), arm(900)) }).gate.exposure).toBe(1_000);
  });

  it("holds with what would help when the gate is too far away, but not before it has watched", () => {
    const rollout = new TestRollout(planWith({ maxProjectedSeconds: 600 }));
    const thin = { spans: compared(arm(0), arm(1)) };
    rollout.judge({ spans: compared(arm(1), arm(0)) });

    const early = rollout.repeat(8, thin);
    const late = rollout.repeat(10, thin);

    expect(early).toMatchObject({ verdict: "wait", cause: "gathering-evidence" });
    expect(late).toMatchObject({ verdict: "hold", cause: "too-little-traffic" });
    expect(late.sentence).toMatch(
      /What would help: a share of 10 %, promising to catch only \+\d\d(\.\d)? points instead of \+20, synthetic load or a named person's approval\.$/,
    );
  });

  it("advances where nearly all latencies are too short to measure", () => {
    const unmeasured = (zeroCount: number) => ({ latency: { zeroCount, offset: -1, bucketCounts: [zeroCount / 100] } });
    const rollout = new TestRollout(planWith({ signals: [LATENCY] }));

    const spans = compared(arm(101, 0, unmeasured(100)), arm(909, 0, unmeasured(900)));

    expect(rollout.repeat(30, { stage: 1, spans })).toMatchObject({ verdict: "advance", cause: "gate-met" });
  });

  it("needs to have seen the candidate even when a stage promises nothing", () => {
    const rollout = new TestRollout(planWith({ stages: [stageOf(0.1), stageOf(1)], isShareChecked: false }));

    expect(rollout.repeat(5, { spans: compared(arm(0), arm(100)) }).verdict).toBe("wait");
    expect(rollout.repeat(10, { spans: compared(arm(0), arm(100)) }).cause).toBe("too-little-traffic");
    expect(rollout.judge({ spans: compared(arm(1), arm(100)) }).verdict).toBe("advance");
  });

  it("never passes a signal that has no data: users that the source does not count", () => {
    const signals = [{ ...ERRORS, count: "users" as const }];
    const decision = new TestRollout(planWith({ signals })).repeat(60, { spans: HEALTHY });

    expect(decision).toMatchObject({ verdict: "hold", cause: "too-little-traffic" });
    expect(decision.logEvidence).toBe(0);
  });
});

describe("numbers", () => {
  it("stay finite over hours of 100,000 requests a tick, healthy and broken", () => {
    const rollout = new TestRollout(planWith({ silence: planWith().silence }));
    const buckets = { zeroCount: 0, offset: 100, bucketCounts: new Array<number>(60).fill(1_000) };
    const healthy = compared(arm(50_000, 50, { latency: buckets }), arm(50_000, 50, { latency: buckets }));
    const broken = compared(arm(50_000, 50_000, { latency: buckets }), arm(50_000, 0, { latency: buckets }));

    const calm = rollout.repeat(4_000, { stage: 2, spans: healthy });
    const loud = rollout.repeat(4_000, { stage: 2, spans: broken });

    expect(everyNumberIsFinite(calm)).toBe(true);
    expect(calm.verdict).not.toBe("roll-back");
    expect(everyNumberIsFinite(loud)).toBe(true);
    expect(loud.evidence).toBe(1e300);
    expect(everyNumberIsFinite(rollout.state)).toBe(true);
  });

  it("refuses a tick out of order", () => {
    const plan = planWith();
    const tick = { tick: 2, atMs: 0, stage: 0, stageSinceMs: 0, share: 0.01, isPaused: false, counts: {} };

    expect(() => judgeTick(plan, startGuard(plan), tick)).toThrow(RangeError);
  });
});

function everyNumberIsFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === "object" && value !== null) return Object.values(value).every(everyNumberIsFinite);
  return true;
}
