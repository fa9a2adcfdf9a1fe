import type { ArmCounts } from "@steadfast/core/guard/counts";
import {
  DEFAULT_ALPHA,
  DEFAULT_FAILURE_TOLERANCE,
  DEFAULT_LATENCY_TOLERANCE_RATIO,
  DEFAULT_MAX_PROJECTED_SECONDS,
  DEFAULT_SILENCE,
  type FailureRateSignal,
  type FailureTolerance,
  type GuardPlan,
  type GuardSignal,
  type GuardStage,
  type LatencySignal,
} from "@steadfast/core/guard/plan";

export const NO_TOLERANCE: FailureTolerance = { ratio: 1, add: 0 };

export function errors(weight: number, tolerance: FailureTolerance = DEFAULT_FAILURE_TOLERANCE): FailureRateSignal {
  return { name: "errors", kind: "failure-rate", source: "spans", weight, tolerance, count: "requests" };
}

export function latency(weight: number, ratio: number = DEFAULT_LATENCY_TOLERANCE_RATIO): LatencySignal {
  return { name: "latency", kind: "latency", source: "spans", weight, tolerance: { ratio } };
}

export const STANDARD_SHARES = [0.01, 0.1, 0.5] as const;

/** A plan whose stages last `stageTicks` each whatever is found: what is simulated is the judging, not the driving. */
export function planOf(
  signals: readonly GuardSignal[],
  shares: readonly number[],
  stageTicks: number,
  history: ArmCounts,
): GuardPlan {
  return {
    alpha: DEFAULT_ALPHA,
    signals,
    stages: shares.map((share): GuardStage => ({ share, isAudience: false, catches: null, minSeconds: stageTicks })),
    history: { spans: history },
    isShareChecked: true,
    silence: DEFAULT_SILENCE,
    maxProjectedSeconds: DEFAULT_MAX_PROJECTED_SECONDS,
    plannedTicks: shares.length * stageTicks,
    stakes: "graded",
  };
}
