import { BET_RATIOS } from "./failure-rate-test.ts";
import type { Stakes } from "./plan.ts";
import type { PriorMass } from "./restart-prior.ts";
import type { StageMode } from "./stage-mode.ts";

/**
 * What each of `BET_RATIOS` gets of a stake of 1: half of it to the four that expect a version that hardly works, where
 * each request more is a failed one. Of the rest most goes to about ten times as many failures; the least to what takes
 * minutes to find anyway.
 */
const BET_PARTS: readonly number[] = [0.05, 0.07, 0.1, 0.14, 0.09, 0.05, 0.125, 0.125, 0.125, 0.125];
/** From 73.9 times what is tolerated on, a bet expects a broken version. */
const FIRST_GRAVE_BET = 5;

/**
 * What is staked on a regression that begins now, by bet, in the form that `addBlock` takes: the mean over the bets is
 * what is spent. All of them are chosen before the block is seen, so how they are divided never costs validity.
 *
 * @param mass the prior gathered since the last block; each kind sums to at most 1 over a rollout
 */
export function stakeOf(stakes: Stakes, mode: StageMode, mass: PriorMass): number | readonly number[] {
  if (stakes === "even" || mode !== "share") return mass.even;
  return BET_PARTS.map((part, k) => part * BET_RATIOS.length * (k < FIRST_GRAVE_BET ? mass.gentle : mass.grave));
}
