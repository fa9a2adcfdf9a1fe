import { describe, expect, it } from "vitest";
import { estimateStageSeconds } from "./estimate.ts";
import { DEFAULT_FAILURE_TOLERANCE } from "./plan.ts";
import { eventInformationPerRequest, MAX_EXPOSURE, requiredExposure, smallestRegressionCaught } from "./power.ts";

const question = (candidateShare: number, baselineRate = 0.001) => ({
  alpha: 0.001 / 4,
  candidateShare,
  baselineRate,
  tolerance: DEFAULT_FAILURE_TOLERANCE,
  designEffect: 1,
});

describe("requiredExposure", () => {
  it("is what the default stages are documented to need at a base rate of 0.1 % and a quarter of α", () => {
    expect(Math.round(requiredExposure(question(0.01), 0.2))).toBe(3_423);
    expect(Math.round(requiredExposure(question(0.1), 0.02))).toBe(8_770);
    expect(Math.round(requiredExposure(question(0.5), 0.005))).toBe(30_531);
  });

  it("grows with the design effect", () => {
    const plain = requiredExposure(question(0.1), 0.02);

    expect(requiredExposure({ ...question(0.1), designEffect: 3 }, 0.02)).toBeCloseTo(3 * plain, 6);
  });

  it("stays finite where the tolerance covers the promised rise", () => {
    const needed = requiredExposure(question(0.5, 0.2), 0.005);

    expect(needed).toBeGreaterThan(0);
    expect(needed).toBeLessThan(1e9);
  });

  it("says that nothing can be learned without a candidate", () => {
    expect(requiredExposure(question(0), 0.2)).toBe(MAX_EXPOSURE);
  });
});

describe("smallestRegressionCaught", () => {
  it("is the inverse of the required exposure", () => {
    for (const regression of [0.003, 0.02, 0.2]) {
      const exposure = requiredExposure(question(0.1), regression);

      expect(smallestRegressionCaught(question(0.1), exposure)).toBeCloseTo(regression, 5);
    }
  });

  it("is null when not even a total break would have been caught", () => {
    expect(smallestRegressionCaught(question(0.01), 20)).toBeNull();
    expect(smallestRegressionCaught(question(0.01), 0)).toBeNull();
  });
});

describe("eventInformationPerRequest", () => {
  it("is 0 while everybody or nobody has the candidate and grows with the rise", () => {
    expect(eventInformationPerRequest(0, 0.01, 0.1, 1.1)).toBe(0);
    expect(eventInformationPerRequest(1, 0.01, 0.1, 1.1)).toBe(0);
    expect(eventInformationPerRequest(0.1, 0.01, 0.1, 1.1)).toBeGreaterThan(
      eventInformationPerRequest(0.1, 0.01, 0.02, 1.1),
    );
  });
});

describe("estimateStageSeconds", () => {
  const stage = { share: 0.1, isAudience: false, catches: { failureRate: 0.02 }, minSeconds: 120 };
  const input = {
    baselineFailureRate: 0.001,
    requestsPerSecond: 10,
    alphaPart: 0.00025,
    tolerance: DEFAULT_FAILURE_TOLERANCE,
  };

  it("is the time to the gate", () => {
    expect(Math.round(estimateStageSeconds(stage, input))).toBe(877);
  });

  it("is the floor where traffic is plenty or nothing is promised", () => {
    expect(estimateStageSeconds(stage, { ...input, requestsPerSecond: 10_000 })).toBe(120);
    expect(estimateStageSeconds({ ...stage, catches: null }, { ...input, requestsPerSecond: 0 })).toBe(120);
  });

  it("is endless without traffic", () => {
    expect(estimateStageSeconds(stage, { ...input, requestsPerSecond: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});
