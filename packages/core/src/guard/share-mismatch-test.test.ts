import { describe, expect, it } from "vitest";
import { LOG_MISMATCH_LIMIT, logGamma, logShareMismatch } from "./share-mismatch-test.ts";

describe("logShareMismatch", () => {
  it("averages to a Bayes factor of 1 under the planned share, exactly", () => {
    const units = 60;
    for (const share of [0.01, 0.1, 0.5]) {
      let mean = 0;
      for (let candidates = 0; candidates <= units; candidates += 1) {
        const logWays = logGamma(units + 1) - logGamma(candidates + 1) - logGamma(units - candidates + 1);
        const logChance = logWays + candidates * Math.log(share) + (units - candidates) * Math.log(1 - share);
        mean += Math.exp(logChance + logShareMismatch(candidates, units - candidates, share));
      }

      expect(mean).toBeCloseTo(1, 9);
    }
  });

  it("finds a share that is 20 % off", () => {
    expect(logShareMismatch(1_200, 8_800, 0.1)).toBeGreaterThan(LOG_MISMATCH_LIMIT);
    expect(logShareMismatch(1_000, 9_000, 0.1)).toBeLessThan(0);
    expect(logShareMismatch(0, 0, 0.1)).toBeCloseTo(0, 12);
  });

  it("stays finite at a hundred million units", () => {
    expect(Number.isFinite(logShareMismatch(1e8, 9e8, 0.1))).toBe(true);
  });
});

describe("logGamma", () => {
  it("is ln of the factorial", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n += 1) {
      factorial *= n;
      expect(logGamma(n + 1)).toBeCloseTo(Math.log(factorial), 9);
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 9);
  });
});
