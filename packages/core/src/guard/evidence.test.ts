import { describe, expect, it } from "vitest";
import { addBlock, LOG_ZERO, logAdd, logEvidence, logSumExp, startEvidence } from "./evidence.ts";

describe("evidence", () => {
  it("is 1 before anything was seen and after blocks that say nothing", () => {
    let evidence = startEvidence(3);
    expect(logEvidence(evidence)).toBe(0);

    for (let block = 0; block < 5; block += 1) evidence = addBlock(evidence, 0.1, [0, 0, 0], 1);

    expect(logEvidence(evidence)).toBeCloseTo(0, 12);
  });

  it("follows S ← L^(1/φ)·(S + π) and E = mean S + the prior not yet spent", () => {
    const first = addBlock(startEvidence(2), 0.5, [Math.log(4), Math.log(9)], 2);
    const second = addBlock(first, 0.25, [Math.log(100), Math.log(16)], 2);

    const s1 = 10 * (2 * 0.5 + 0.25);
    const s2 = 4 * (3 * 0.5 + 0.25);
    expect(Math.exp(logEvidence(second))).toBeCloseTo((s1 + s2) / 2 + 0.25, 10);
  });

  it("never spends more prior than there is", () => {
    const once = addBlock(startEvidence(1), 0.9, [0], 1);
    const twice = addBlock(once, 0.9, [0], 1);

    expect(twice.spentPrior).toBe(1);
    expect(logEvidence(twice)).toBeCloseTo(0, 12);
  });

  it("stays finite however strong or weak it becomes", () => {
    for (const factor of [1e7, -1e7]) {
      let evidence = addBlock(startEvidence(2), 1, [factor, factor], 1);
      for (let block = 0; block < 200_000; block += 1) evidence = addBlock(evidence, 0, [factor, factor], 1);

      expect(Number.isFinite(logEvidence(evidence))).toBe(true);
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
    }
  });
});

describe("logSumExp", () => {
  it("neither overflows nor underflows", () => {
    expect(logSumExp([1_000, 1_000])).toBeCloseTo(1_000 + Math.LN2, 10);
    expect(logSumExp([LOG_ZERO, LOG_ZERO])).toBeLessThan(LOG_ZERO + 1);
    expect(logSumExp([])).toBe(LOG_ZERO);
    expect(logAdd(LOG_ZERO, -3)).toBe(-3);
  });
});
