import { describe, expect, it } from "vitest";
import { addBlock, logEvidence, startEvidence } from "./evidence.ts";
import { BET_RATIOS } from "./failure-rate-test.ts";
import { stakeOf } from "./stakes.ts";
import { arm, compared, drawArm, planWith, seededUniform, TestRollout } from "./test-rollout.ts";

describe("stakes", () => {
  it("are divided whole: the mean over the bets is the prior, where both kinds spend the same", () => {
    const graded = stakeOf("graded", "share", { even: 0.9, gentle: 0.4, grave: 0.4 });

    if (typeof graded === "number") throw new Error("graded stakes are one for each bet");
    expect(graded).toHaveLength(BET_RATIOS.length);
    expect(graded.reduce((sum, stake) => sum + stake, 0) / graded.length).toBeCloseTo(0.4, 12);
  });

  it("are even for a plan from before they were graded, and where only a gross break is looked for", () => {
    const mass = { even: 0.9, gentle: 0.1, grave: 0.2 };

    expect(stakeOf("even", "share", mass)).toBe(0.9);
    expect(stakeOf("graded", "audience", mass)).toBe(0.9);
    expect(stakeOf("graded", "last", mass)).toBe(0.9);
  });

  it("are never more than there is, however they are divided", () => {
    let evidence = startEvidence(2);
    for (let block = 0; block < 10; block += 1) evidence = addBlock(evidence, [0.3, 0.1], [0, 0], 1);

    expect(evidence.spentPrior).toBe(1);
    expect(logEvidence(evidence)).toBeCloseTo(0, 12);
  });

  it("follow S_k ← L_k·(S_k + π_k), each bet with its own", () => {
    const first = addBlock(startEvidence(2), [0.2, 0.6], [Math.log(4), Math.log(9)], 1);
    const second = addBlock(first, [0.1, 0.3], [Math.log(3), Math.log(2)], 1);

    const rest = 1 - 0.4 - 0.2;
    expect(Math.exp(logEvidence(second))).toBeCloseTo((3 * (4 * 0.2 + 0.1) + 2 * (9 * 0.6 + 0.3)) / 2 + rest, 10);
  });

  it("take a version that is broken from its start back with fewer failed requests than even ones do", () => {
    const failed = (stakes: "even" | "graded"): number => {
      let sum = 0;
      for (let seed = 1; seed <= 60; seed += 1) sum += failuresUntilRollBack(seed, stakes);
      return sum;
    };

    expect(failed("graded")).toBeLessThan(0.97 * failed("even"));
  });

  it("leave what was recorded before they were graded as it was, to the last digits", () => {
    const { stakes: _, ...plan } = planWith();
    const rollout = new TestRollout(plan);
    const uniform = seededUniform(7);
    for (let tick = 1; tick <= 240; tick += 1) {
      const [stage, requests] = tick <= 60 ? [0, 1] : tick <= 150 ? [1, 10] : [2, 50];
      const candidate = drawArm(uniform, requests, tick > 200 ? 0.01 : 0.002);
      rollout.judge({ stage, spans: compared(candidate, drawArm(uniform, 90, 0.002)) });
    }

    // What the guard of that time wrote for the same counts.
    expect(rollout.decisions[59]?.logEvidence).toBeCloseTo(-0.48943648599084116, 12);
    expect(rollout.decisions[149]?.logEvidence).toBeCloseTo(-0.8237545149163104, 12);
    expect(rollout.decisions[239]?.logEvidence).toBeCloseTo(1.7505629863691203, 12);
  });
});

/** Of a total break at 1 % of 100 requests a second, of which 1 % fail anyway. */
function failuresUntilRollBack(seed: number, stakes: "even" | "graded"): number {
  const uniform = seededUniform(seed);
  const rollout = new TestRollout(planWith({ stakes, history: { spans: arm(30_000, 300) } }));
  let failures = 0;
  for (let tick = 1; tick <= 60; tick += 1) {
    const candidate = drawArm(uniform, 1, 1);
    failures += candidate.failures;
    const spans = compared(candidate, drawArm(uniform, 99, 0.01));
    if (rollout.judge({ stage: 0, spans }).verdict === "roll-back") return failures;
  }
  return failures;
}
