import { describe, expect, it } from "vitest";
import { DEFAULT_FAILURE_TOLERANCE } from "./plan.ts";
import { sayComparison, sayCount, sayEvidence, sayPercent, saySeconds } from "./sentence.ts";

const arm = (requests: number, failures: number) => ({ requests, failures, failureRate: null, latencyMs: null });
const common = { name: "errors", source: "spans", weight: 1 } as const;
const errors = { ...common, kind: "failure-rate", count: "requests", tolerance: DEFAULT_FAILURE_TOLERANCE } as const;

describe("sentences", () => {
  it("say what failed and how strong the evidence is", () => {
    expect(sayComparison(errors, arm(3, 3), arm(2_940, 0))).toBe(
      "3 of 3 candidate requests failed; of the baseline 0 of 2,940.",
    );
    expect(sayEvidence(Math.exp(Math.log(1_000)))).toBe(
      "If the new version were no worse, evidence this strong would appear in fewer than 1 in 1,000 rollouts.",
    );
  });

  it("round the odds down, never up", () => {
    expect(sayEvidence(1_999)).toContain("1 in 1,000 ");
    expect(sayEvidence(2_000.1)).toContain("1 in 2,000 ");
    expect(sayEvidence(1e300)).toContain("1 in 1,000,000,000 ");
  });

  it("count users as users and events as events", () => {
    expect(sayComparison({ ...errors, count: "users" }, arm(9, 2), arm(80, 1))).toBe(
      "2 of 9 candidate users had a failure; of the baseline 1 of 80.",
    );
    expect(sayComparison({ ...common, kind: "event-count", tolerance: { ratio: 1.1 } }, arm(9, 20), arm(80, 1))).toBe(
      "20 events in 9 candidate requests; of the baseline 1 in 80.",
    );
  });

  it("name the quantile that moved most", () => {
    const latency = { ...common, name: "latency", kind: "latency", tolerance: { ratio: 1.05 } } as const;
    const candidate = { ...arm(1_204, 0), latencyMs: { p50: 21, p95: 812, p99: 900 } };
    const baseline = { ...arm(9_000, 0), latencyMs: { p50: 20, p95: 240, p99: 800 } };

    expect(sayComparison(latency, candidate, baseline)).toBe(
      "latency: p95 of the candidate is 812 ms over 1,204 requests; of the baseline 240 ms.",
    );
  });

  it("use the units a person would use", () => {
    expect([sayCount(0), sayCount(999), sayCount(1_234_567)]).toEqual(["0", "999", "1,234,567"]);
    expect([0, 0.00001, 0.00123, 0.5, 1].map(sayPercent)).toEqual([
      "0 %",
      "less than 0.01 %",
      "0.12 %",
      "50 %",
      "100 %",
    ]);
    expect([0.2, 59, 240, 9_000, 1e6, 1e12].map(saySeconds)).toEqual([
      "1 s",
      "59 s",
      "4 minutes",
      "2.5 hours",
      "12 days",
      "years",
    ]);
  });
});
