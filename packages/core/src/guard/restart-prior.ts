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

/**
 * π of a tick, by what it is spent on. Each sums to at most 1 over a rollout: `even` where all bets are alike, `gentle`
 * and `grave` where bets are graded by how bad a regression they expect.
 */
export type PriorMass = { readonly even: number; readonly gentle: number; readonly grave: number };

export const NO_MASS: PriorMass = { even: 0, gentle: 0, grave: 0 };

/**
 * The prior that waits for its block to close, as it is stored. While a release replaces another their nodes take
 * rollouts over from each other: `pendingPrior` is the one field that every release reads and writes.
 */
export type PendingPrior = {
  /** The mass of even stakes. */
  readonly pendingPrior: number;
  /** The whole mass. A release without graded stakes carries it along unchanged: it holds while `even` is `pendingPrior`. */
  readonly pendingGraded?: PriorMass;
};

export function toPending(mass: PriorMass): PendingPrior {
  return { pendingPrior: mass.even, pendingGraded: mass };
}

export function massOf({ pendingPrior, pendingGraded }: PendingPrior): PriorMass {
  if (pendingGraded?.even === pendingPrior) return pendingGraded;
  return { even: pendingPrior, gentle: pendingPrior, grave: pendingPrior };
}

/** How much falls on the rollout's start and, where there are any, on the starts of later stages; the rest is spread. */
type PriorParts = { readonly start: number; readonly later: number };

const EVEN: PriorParts = { start: 0.5, later: 0.25 };
/** A small regression takes minutes to find, whenever it begins: a smaller part for the start costs it little. */
const GENTLE: PriorParts = { start: 0.35, later: 0.25 };
/** A version that is broken is broken when it starts, and each request that it takes to find that out has failed. */
const GRAVE: PriorParts = { start: 0.85, later: 0.1 };
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

/** π of this tick. */
export function spendPrior(
  plan: GuardPlan,
  prior: PriorState,
  mode: StageMode,
  stage: number,
  isModeNew: boolean,
): { prior: PriorState; mass: PriorMass } {
  if (mode !== "share") {
    const grossTicks = isModeNew ? 0 : prior.grossTicks;
    const mass = massAt(spreadPrior(grossTicks + 1, GROSS_SPREAD_TICKS), grossTicks === 0 ? "start" : "between", 0);
    return { prior: { ...prior, grossTicks: grossTicks + 1 }, mass };
  }
  const spread = spreadPrior(prior.shareTicks + 1, Math.max(1, Math.ceil(plan.plannedTicks)));
  const isStageNew = stage > prior.furthestStage;
  const moment = prior.shareTicks === 0 ? "start" : isStageNew ? "later stage" : "between";
  return {
    prior: { ...prior, shareTicks: prior.shareTicks + 1, furthestStage: Math.max(stage, prior.furthestStage) },
    mass: massAt(spread, moment, countShareStages(plan) - 1),
  };
}

/**
 * @param spread the part of what is spread that falls on this tick
 * @param laterStages how many stages follow the first; 0: what would be theirs is spread, too
 */
export function massAt(spread: number, moment: "start" | "later stage" | "between", laterStages: number): PriorMass {
  const share = ({ start, later }: PriorParts): number => {
    const laterPart = laterStages > 0 ? later : 0;
    const mass = (1 - start - laterPart) * spread;
    if (moment === "start") return mass + start;
    return moment === "later stage" && laterStages > 0 ? mass + laterPart / laterStages : mass;
  };
  return { even: share(EVEN), gentle: share(GENTLE), grave: share(GRAVE) };
}

export function addMass(a: PriorMass, b: PriorMass): PriorMass {
  return { even: a.even + b.even, gentle: a.gentle + b.gentle, grave: a.grave + b.grave };
}

function countShareStages(plan: GuardPlan): number {
  let count = 0;
  plan.stages.forEach((stage, index) => {
    if (stageMode(plan, index, stage.share) === "share") count += 1;
  });
  return count;
}
