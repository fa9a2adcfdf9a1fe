import type { GateProgress, GuardTick } from "./decision.ts";
import { histogramTotal } from "./histogram.ts";
import { LATENCY_PROMISES } from "./latency-signal.ts";
import { latencyInformation, MIN_LATENCIES_FOR_CUTS, smoothedBinShares } from "./latency-test.ts";
import type { FailureRateSignal, GuardPlan } from "./plan.ts";
import {
  eventInformationPerRequest,
  exposureFor,
  FAILURE_GATE_FACTOR,
  LATENCY_GATE_FACTOR,
  MAX_EXPOSURE,
  type PowerQuestion,
  requiredExposure,
} from "./power.ts";
import { presentBaselineRate, type RateSignalState, rateDesignEffect } from "./rate-signal.ts";
import type { JudgedSignal } from "./signal.ts";
import { type Exposure, recentRate } from "./signal-context.ts";

/** One signal's way to the gate. */
export type SignalGate = {
  readonly name: string;
  /** Requests of both arms in this stage. */
  readonly exposure: number;
  readonly needed: number;
  readonly isMet: boolean;
  /** Seconds until it is met at the recent rate, 0 when it is; `null`: nothing arrives. */
  readonly projectedSeconds: number | null;
};

/** The realised share starts at the published one, as if that had been seen until the candidate had this many requests. */
const SHARE_PRIOR_CANDIDATES = 1;

/** What every signal still needs before the stage has shown what it promises; empty when it promises nothing. */
export function signalGates(plan: GuardPlan, judged: readonly JudgedSignal[], tick: GuardTick): SignalGate[] {
  const promise = plan.stages[tick.stage]?.catches ?? null;
  if (promise === null || tick.share >= 1) return [];
  return judged.map((signal) => signalGate(plan, signal, tick.share, promise.failureRate));
}

/** The gate of the signal that is furthest from it, and when the last one is met. */
export function gateProgress(gates: readonly SignalGate[], exposure: number, floorSecondsLeft: number): GateProgress {
  let furthest: SignalGate | undefined;
  let projectedSeconds: number | null = 0;
  for (const gate of gates) {
    if (furthest === undefined || gate.exposure * furthest.needed < furthest.exposure * gate.needed) furthest = gate;
    if (projectedSeconds === null || gate.projectedSeconds === null) projectedSeconds = null;
    else projectedSeconds = Math.max(projectedSeconds, gate.projectedSeconds);
  }
  if (furthest === undefined)
    return { exposure, neededExposure: null, signal: null, floorSecondsLeft, projectedSeconds: null };
  const { exposure: shown, needed: neededExposure, name: signal } = furthest;
  return { exposure: shown, neededExposure, signal, floorSecondsLeft, projectedSeconds };
}

/** True when the guard holds at this gate for want of traffic: it would be met too late, or never. */
export function isOutOfReach(plan: GuardPlan, { isMet, projectedSeconds }: SignalGate): boolean {
  return !isMet && (projectedSeconds === null || projectedSeconds > plan.maxProjectedSeconds);
}

/** Requests of both arms in this stage, as the signal counts them. */
export function stageExposure(judged: JudgedSignal): Exposure {
  if (judged.kind === "latency") return judged.state.stageExposure;
  const { candidateRequests, baselineRequests } = judged.state.stageTotal;
  return { candidate: candidateRequests, baseline: baselineRequests };
}

function signalGate(plan: GuardPlan, judged: JudgedSignal, share: number, regression: number): SignalGate {
  const { candidate, baseline } = stageExposure(judged);
  const candidateShare = realisedShare(candidate, baseline, share);
  const perSecond = recentRate(judged.state.rate);
  if (judged.kind === "latency" && judged.state.cuts === null) {
    const gathered = histogramTotal(judged.state.gathered);
    return openGate(judged.signal.name, gathered, MIN_LATENCIES_FOR_CUTS, false, perSecond);
  }
  const exposure = candidate + baseline;
  const needed = Math.ceil(neededExposure(plan, judged, candidateShare, regression));
  return openGate(judged.signal.name, exposure, needed, candidate > 0 && exposure >= needed, perSecond);
}

/** An audience without a share has no published one: what was seen must do. */
function realisedShare(candidate: number, baseline: number, share: number): number {
  if (share <= 0) return candidate > 0 ? candidate / (candidate + baseline) : 0;
  return (candidate + SHARE_PRIOR_CANDIDATES) / (candidate + baseline + SHARE_PRIOR_CANDIDATES / share);
}

function openGate(name: string, exposure: number, needed: number, isMet: boolean, perSecond: number): SignalGate {
  const missing = isMet ? 0 : Math.max(1, needed - exposure);
  const projectedSeconds = missing === 0 ? 0 : perSecond > 0 ? Math.min(MAX_EXPOSURE, missing / perSecond) : null;
  return { name, exposure, needed, isMet, projectedSeconds };
}

/** What the power of a failure-rate signal depends on, as things are now. */
export function failurePowerQuestion(
  plan: GuardPlan,
  signal: FailureRateSignal,
  state: RateSignalState,
  candidateShare: number,
): PowerQuestion {
  return {
    alpha: plan.alpha * signal.weight,
    candidateShare,
    baselineRate: presentBaselineRate(state),
    tolerance: signal.tolerance,
    designEffect: rateDesignEffect(signal, state),
  };
}

function neededExposure(plan: GuardPlan, judged: JudgedSignal, candidateShare: number, regression: number): number {
  const alpha = plan.alpha * judged.signal.weight;
  if (judged.kind === "latency") {
    const promised = LATENCY_PROMISES.findIndex(({ fromFailureRate }) => regression >= fromFailureRate);
    const slower = judged.state.cuts?.slowerShares[promised] ?? [];
    const information = latencyInformation(candidateShare, slower, smoothedBinShares(judged.state.past));
    return exposureFor(information, alpha, LATENCY_GATE_FACTOR);
  }
  const { signal, state } = judged;
  if (signal.kind === "failure-rate") {
    return requiredExposure(failurePowerQuestion(plan, signal, state, candidateShare), regression);
  }
  const baselineRate = presentBaselineRate(state);
  const designEffect = rateDesignEffect(signal, state);
  const information = eventInformationPerRequest(candidateShare, baselineRate, regression, signal.tolerance.ratio);
  return exposureFor(information, alpha, FAILURE_GATE_FACTOR * designEffect);
}
