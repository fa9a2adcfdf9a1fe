import type { FailureTolerance, GuardStage } from "./plan.ts";
import { requiredExposure } from "./power.ts";

export type StageEstimateInput = {
  /** 0..1. */
  readonly baselineFailureRate: number;
  /** Of both arms together. */
  readonly requestsPerSecond: number;
  /** The failure signal's part of the rollout's α: alpha × weight. */
  readonly alphaPart: number;
  readonly tolerance: FailureTolerance;
};

/** A rate of exactly 0 would promise the impossible: one failure in a million is assumed. */
const MIN_BASELINE_RATE = 1e-6;

/**
 * How long a healthy candidate stays in a stage: until its failure gate is met, and at least its least time.
 * For forms and the CLI; the guard itself judges by what really arrives.
 *
 * @returns seconds; `Infinity` when a stage that promises something gets no traffic
 */
export function estimateStageSeconds(stage: GuardStage, input: StageEstimateInput): number {
  if (stage.catches === null || stage.share <= 0 || stage.share >= 1) return stage.minSeconds;
  if (input.requestsPerSecond <= 0) return Number.POSITIVE_INFINITY;
  const exposure = requiredExposure(
    {
      alpha: input.alphaPart,
      candidateShare: stage.share,
      baselineRate: Math.max(MIN_BASELINE_RATE, input.baselineFailureRate),
      tolerance: input.tolerance,
      designEffect: 1,
    },
    stage.catches.failureRate,
  );
  return Math.max(stage.minSeconds, exposure / input.requestsPerSecond);
}
