import { expect, it } from "vitest";
import type { ArmCounts } from "./counts.ts";
import { ERRORS, LATENCY, planWith, stageOf, TestRollout } from "./test-rollout.ts";

const SECONDS = 600;

/** 5 to 95 ms, a failure in five hundred, users in their groups: the same each second. */
function second(requests: number): ArmCounts {
  const perGroup = Array.from({ length: 20 }, () => requests / 20);
  return {
    requests,
    failures: Math.round(requests / 500),
    latency: { zeroCount: 0, offset: 74, bucketCounts: Array.from({ length: 136 }, () => requests / 136) },
    groups: { requests: perGroup, failures: perGroup.map(() => 0) },
    units: { seen: requests, failed: 0, firstSeen: requests / 10 },
  };
}

/** Numbers, texts and lists in all: what is kept for each second would show. */
function entriesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + entriesOf(each), 1);
}

it("is as large after twenty minutes as after ten: the guard keeps sums, no seconds", () => {
  const plan = planWith({
    signals: [
      { ...ERRORS, weight: 0.5 },
      { ...LATENCY, weight: 0.5 },
    ],
    stages: [stageOf(0.1, { minSeconds: 86_400 }), stageOf(1)],
    plannedTicks: 86_400,
  });
  const rollout = new TestRollout(plan);
  const spans = { candidate: second(1_000), baseline: second(9_000) };

  const sizes = [SECONDS, SECONDS].map((seconds) => {
    rollout.repeat(seconds, { spans });
    return entriesOf(rollout.state);
  });

  expect(sizes[1]).toBe(sizes[0]);
});
