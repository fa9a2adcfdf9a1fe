import type { RolloutSeries } from "../../api/types.ts";

const START_MS = Date.parse("2026-01-01T12:00:00Z");

/** A quiet series with points of these names; one second each unless told otherwise. */
export function seriesOf(fromTicks: readonly number[], more: Partial<RolloutSeries> = {}): RolloutSeries {
  const each = <T>(value: T): T[] => fromTicks.map(() => value);
  const stepSeconds = more.stepSeconds ?? 1;
  const arm = (name: "baseline" | "candidate", requests: number): RolloutSeries["arms"][number] => ({
    source: "spans",
    arm: name,
    requests: each(requests),
    failures: each(0),
    p50: each(10),
    p95: each(20),
    p99: each(30),
  });
  return {
    stepSeconds,
    isWhole: true,
    ticksKeptUntil: null,
    points: {
      fromTick: [...fromTicks],
      tick: fromTicks.map((tick) => tick + stepSeconds - 1),
      at: fromTicks.map((tick) => new Date(START_MS + (tick + stepSeconds - 1) * 1_000).toISOString()),
      seconds: each(stepSeconds),
      stage: each(1),
      share: each(0.1),
      logEvidence: each(-0.5),
      exposure: each(100),
      neededExposure: each(1_000),
      smallestRegressionCaught: each(0.05),
    },
    signals: [
      {
        name: "errors",
        kind: "failure-rate",
        source: "spans",
        weight: 0.6,
        logEvidence: each(-0.4),
        bandLow: each(0.2),
        bandHigh: each(8),
      },
      {
        name: "latency",
        kind: "latency",
        source: "spans",
        weight: 0.4,
        logEvidence: each(-0.6),
        bandLow: each(null),
        bandHigh: each(null),
      },
    ],
    arms: [arm("baseline", 90), arm("candidate", 10)],
    ...more,
  };
}
