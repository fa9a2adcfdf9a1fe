import type { GuardPlan } from "./plan.ts";

/**
 * How a tick is judged: "share" compares both arms and keeps its evidence; "audience" compares different people, so
 * only a gross break counts; "last" has no concurrent control, so only a gross break against the past counts.
 *
 * Each audience stage and the last one have the rollout's α to themselves. A version that is no worse lies so far
 * inside their null that this adds next to nothing to the false roll-backs.
 */
export type StageMode = "share" | "audience" | "last";

export function stageMode(plan: GuardPlan, stage: number, share: number): StageMode {
  if (share >= 1) return "last";
  return share <= 0 || plan.stages[stage]?.isAudience === true ? "audience" : "share";
}

/**
 * Whether a block closes: with the first tick by which both arms have a request, or the candidate where it stands
 * alone. That looks at exposure, never at outcomes. A block without a baseline would bet nothing and lose its counts.
 */
export function isComparable(candidate: number, baseline: number, mode: StageMode): boolean {
  return candidate > 0 && (baseline > 0 || mode === "last");
}

/**
 * Ticks for which the candidate's requests of a block wait for a baseline. Then they are dropped, which costs nothing
 * that could have been judged: what the baseline does later is no comparison for what happened now.
 */
export const BASELINE_WAIT_TICKS = 30;

/** A candidate fails grossly from this many points above what is tolerated … */
export const GROSS_FAILURE_POINTS = 0.2;
/** … is grossly slow from this many times what is tolerated … */
export const GROSS_LATENCY_RATIO = 3;
/** … and has grossly more events from this many times what is tolerated. */
export const GROSS_EVENT_RATIO = 5;
