import type { GuardPlan } from "./plan.ts";
import { type StageMode, stageMode } from "./stage-mode.ts";

/** Where the prior over "when does a regression begin" has been spent. */
export type PriorState = {
  /** Ticks judged in share stages. */
  readonly shareTicks: number;
  /** The furthest share stage entered; −1 before the first. */
  readonly furthestStage: number;
  /** Ticks judged for gross breaks in the present audience or last stage. */
  readonly grossTicks: number;
};

export const START_PRIOR: PriorState = { shareTicks: 0, furthestStage: -1, grossTicks: 0 };

const START_PART = 0.5;
const LATER_STAGES_PART = 0.25;
/** A gross break is looked for over about the length of the watch after completion. */
const GROSS_SPREAD_TICKS = 1_800;
/** What is kept of a spread for the ticks after the planned ones: little traffic makes a rollout last hours. */
const OVERTIME_PART = 0.25;

/**
 * The part of a prior of 1 that falls on a tick: even over the planned ticks, then falling with 1/t², so that however
 * late a regression begins there is a restart for it. Sums to less than 1 over all ticks.
 *
 * @param tick 1, 2, 3 …
 * @param plannedTicks whole, at least 1
 */
export function spreadPrior(tick: number, plannedTicks: number): number {
  if (tick <= plannedTicks) return (1 - OVERTIME_PART) / plannedTicks;
  return (OVERTIME_PART * plannedTicks) / (tick * (tick + 1));
}

/**
 * π of this tick. Over a rollout it sums to at most 1: ½ at the start, ¼ over the later stage starts, the rest spread
 * over all ticks.
 */
export function spendPrior(
  plan: GuardPlan,
  prior: PriorState,
  mode: StageMode,
  stage: number,
  isModeNew: boolean,
): { prior: PriorState; mass: number } {
  if (mode !== "share") {
    const grossTicks = isModeNew ? 0 : prior.grossTicks;
    const spread = (1 - START_PART) * spreadPrior(grossTicks + 1, GROSS_SPREAD_TICKS);
    const mass = grossTicks === 0 ? START_PART + spread : spread;
    return { prior: { ...prior, grossTicks: grossTicks + 1 }, mass };
  }
  const laterStages = countShareStages(plan) - 1;
  const laterPart = laterStages > 0 ? LATER_STAGES_PART : 0;
  const plannedTicks = Math.max(1, Math.ceil(plan.plannedTicks));
  const spread = (1 - START_PART - laterPart) * spreadPrior(prior.shareTicks + 1, plannedTicks);
  const isStageNew = stage > prior.furthestStage;
  let mass = spread;
  if (prior.shareTicks === 0) mass += START_PART;
  else if (isStageNew && laterStages > 0) mass += laterPart / laterStages;
  return {
    prior: { ...prior, shareTicks: prior.shareTicks + 1, furthestStage: Math.max(stage, prior.furthestStage) },
    mass,
  };
}

function countShareStages(plan: GuardPlan): number {
  let count = 0;
  plan.stages.forEach((stage, index) => {
    if (stageMode(plan, index, stage.share) === "share") count += 1;
  });
  return count;
}
