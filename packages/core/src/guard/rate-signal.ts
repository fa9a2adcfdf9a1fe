import { addPast, addToPast, agePast, type BaselinePast, startPast } from "./baseline-past.ts";
import type { ArmCounts } from "./counts.ts";
import { addGroups, designEffect, type GroupCounts } from "./design-effect.ts";
import { eventLogFactors, oneArmEventLogFactors } from "./event-count-test.ts";
import { addBlock, type Evidence, startEvidence } from "./evidence.ts";
import {
  BET_RATIOS,
  EMPTY_BLOCK,
  failureLogFactors,
  oneArmFailureLogFactors,
  type PastCounts,
  type RateBlock,
  smoothedRate,
} from "./failure-rate-test.ts";
import type { EventCountSignal, FailureRateSignal } from "./plan.ts";
import { addToRatioBand, type RatioBandState, startRatioBand } from "./ratio-band.ts";
import { addMass, massOf, NO_MASS, type PendingPrior, toPending } from "./restart-prior.ts";
import { addToRate, NO_RATE, type RecentRate, type SignalTick } from "./signal-context.ts";
import {
  BASELINE_WAIT_TICKS,
  GROSS_EVENT_RATIO,
  GROSS_FAILURE_POINTS,
  isComparable,
  type StageMode,
} from "./stage-mode.ts";
import { stakeOf } from "./stakes.ts";

export type RateSignal = FailureRateSignal | EventCountSignal;

/** A failure-rate or event-count signal between two ticks. */
export type RateSignalState = PendingPrior & {
  readonly kind: "rate";
  readonly past: BaselinePast;
  /** The open block, for which the pending prior waits. */
  readonly block: RateBlock;
  /** Ticks since the open block's first candidate request: it has no baseline yet. */
  readonly waitedTicks: number;
  /** Kept through all share stages. */
  readonly evidence: Evidence;
  /** Of the present audience or last stage only. */
  readonly gross: Evidence;
  readonly groups: GroupCounts | null;
  readonly band: RatioBandState;
  /** Since the first share stage. */
  readonly total: RateBlock;
  readonly stageTotal: RateBlock;
  readonly rate: RecentRate;
};

export function startRateSignal(signal: RateSignal, history: ArmCounts | undefined): RateSignalState {
  return {
    kind: "rate",
    past: startPast(history ? countsOf(signal, history) : { requests: 0, failures: 0 }),
    block: EMPTY_BLOCK,
    ...toPending(NO_MASS),
    waitedTicks: 0,
    evidence: startEvidence(BET_RATIOS.length),
    gross: startEvidence(BET_RATIOS.length),
    groups: addGroups(null, history?.groups),
    band: startRatioBand(),
    total: EMPTY_BLOCK,
    stageTotal: EMPTY_BLOCK,
    rate: NO_RATE,
  };
}

/** Folds one tick in. */
export function foldRateSignal(signal: RateSignal, state: RateSignalState, tick: SignalTick): RateSignalState {
  const added = blockOf(signal, tick);
  const block = addRateBlocks(tick.isModeNew ? EMPTY_BLOCK : state.block, added);
  const mass = addMass(tick.isModeNew ? NO_MASS : massOf(state), tick.prior);
  const isCompared = tick.mode === "share";
  const gathered: RateSignalState = {
    ...state,
    past: agePast(state.past),
    block,
    ...toPending(mass),
    gross: tick.isModeNew ? startEvidence(BET_RATIOS.length) : state.gross,
    groups: addGroups(state.groups, tick.counts?.baseline.groups),
    total: tick.mode === "audience" ? state.total : addRateBlocks(state.total, added),
    stageTotal: tick.isStageNew ? added : addRateBlocks(state.stageTotal, added),
    rate: addToRate(state.rate, added.candidateRequests + added.baselineRequests),
  };
  if (!isComparable(block.candidateRequests, block.baselineRequests, tick.mode)) return waitForBaseline(gathered);

  const logFactors = rateLogFactors(signal, block, state.past.known, tick.mode);
  const phi = rateDesignEffect(signal, state);
  const closed: RateSignalState = {
    ...gathered,
    block: EMPTY_BLOCK,
    ...toPending(NO_MASS),
    waitedTicks: 0,
    past: addToPast(gathered.past, baselineOf(block), phi),
  };
  const stake = stakeOf(tick.stakes, tick.mode, mass);
  if (!isCompared) return { ...closed, gross: addBlock(gathered.gross, stake, logFactors, phi) };
  return {
    ...closed,
    evidence: addBlock(state.evidence, stake, logFactors, phi),
    band: addToRatioBand(state.band, block),
  };
}

function waitForBaseline(state: RateSignalState): RateSignalState {
  if (state.block.candidateRequests === 0) return state;
  if (state.waitedTicks >= BASELINE_WAIT_TICKS) return { ...state, block: EMPTY_BLOCK, waitedTicks: 0 };
  return { ...state, waitedTicks: state.waitedTicks + 1 };
}

/** φ from what is known before the tick; 1 where users are counted. */
export function rateDesignEffect(signal: RateSignal, state: RateSignalState): number {
  if (signal.kind === "failure-rate" && signal.count === "users") return 1;
  return designEffect(state.groups);
}

/** θ_b from all that is known of the baseline, the open block included. */
export function presentBaselineRate(state: RateSignalState): number {
  return smoothedRate(addPast(state.past.known, baselineOf(state.block)));
}

function rateLogFactors(signal: RateSignal, block: RateBlock, past: PastCounts, mode: StageMode): number[] {
  const baselineRate = smoothedRate(past);
  if (signal.kind === "event-count") {
    const ratio = signal.tolerance.ratio * (mode === "share" ? 1 : GROSS_EVENT_RATIO);
    if (mode !== "last") return eventLogFactors(block, ratio);
    return oneArmEventLogFactors(block.candidateRequests, block.candidateFailures, baselineRate * ratio);
  }
  if (mode === "share") return failureLogFactors(block, baselineRate, signal.tolerance);
  const tolerance = { ratio: signal.tolerance.ratio, add: signal.tolerance.add + GROSS_FAILURE_POINTS };
  if (mode === "audience") return failureLogFactors(block, baselineRate, tolerance);
  const limit = tolerance.ratio * baselineRate + tolerance.add;
  return oneArmFailureLogFactors(block.candidateRequests, block.candidateFailures, limit);
}

/** In the last stage nobody is left to compare with: those whom rules keep on the baseline are other people. */
function blockOf(signal: RateSignal, tick: SignalTick): RateBlock {
  if (tick.counts === undefined) return EMPTY_BLOCK;
  const candidate = countsOf(signal, tick.counts.candidate);
  const baseline = tick.mode === "last" ? { requests: 0, failures: 0 } : countsOf(signal, tick.counts.baseline);
  return {
    candidateRequests: candidate.requests,
    candidateFailures: candidate.failures,
    baselineRequests: baseline.requests,
    baselineFailures: baseline.failures,
  };
}

function countsOf(signal: RateSignal, arm: ArmCounts): PastCounts {
  if (signal.kind === "event-count") return { requests: arm.requests, failures: arm.failures };
  if (signal.count === "requests") return { requests: arm.requests, failures: Math.min(arm.failures, arm.requests) };
  const seen = arm.units?.seen ?? 0;
  return { requests: seen, failures: Math.min(arm.units?.failed ?? 0, seen) };
}

function baselineOf(block: RateBlock): PastCounts {
  return { requests: block.baselineRequests, failures: block.baselineFailures };
}

export function addRateBlocks(a: RateBlock, b: RateBlock): RateBlock {
  return {
    candidateRequests: a.candidateRequests + b.candidateRequests,
    candidateFailures: a.candidateFailures + b.candidateFailures,
    baselineRequests: a.baselineRequests + b.baselineRequests,
    baselineFailures: a.baselineFailures + b.baselineFailures,
  };
}
