import type { ArmReading, GuardTick, SignalReading } from "./decision.ts";
import { logEvidence } from "./evidence.ts";
import { failurePowerQuestion } from "./gate.ts";
import { quantile } from "./histogram.ts";
import type { ArmTotal } from "./latency-signal.ts";
import type { GuardPlan } from "./plan.ts";
import { smallestRegressionCaught } from "./power.ts";
import { rateDesignEffect } from "./rate-signal.ts";
import { ratioBand } from "./ratio-band.ts";
import { evidenceIn, type JudgedSignal } from "./signal.ts";
import { type SourceState, silentTicks } from "./silence.ts";
import type { StageMode } from "./stage-mode.ts";

/** What people are shown of one signal. */
export function readSignal(
  plan: GuardPlan,
  judged: JudgedSignal,
  source: SourceState,
  mode: StageMode,
  tick: GuardTick,
): SignalReading {
  const { signal, state } = judged;
  const common = {
    name: signal.name,
    kind: signal.kind,
    source: signal.source,
    weight: signal.weight,
    logEvidence: logEvidence(evidenceIn(state, mode)),
    silentSeconds: source.lastReportTick === null ? null : silentTicks(source, tick.tick),
    cadenceSeconds: source.cadence,
  };
  if (judged.kind === "latency") {
    return {
      ...common,
      baseline: readLatencyArm(judged.state.baseline),
      candidate: readLatencyArm(judged.state.candidate),
      band: null,
      designEffect: 1,
      smallestRegressionCaught: null,
    };
  }
  const { total, band } = judged.state;
  return {
    ...common,
    baseline: readArm(total.baselineRequests, total.baselineFailures),
    candidate: readArm(total.candidateRequests, total.candidateFailures),
    band: ratioBand(band, plan.alpha),
    designEffect: rateDesignEffect(judged.signal, judged.state),
    smallestRegressionCaught: mode === "share" ? smallestCaught(plan, judged) : null,
  };
}

function smallestCaught(plan: GuardPlan, judged: JudgedSignal): number | null {
  if (judged.kind === "latency" || judged.signal.kind !== "failure-rate") return null;
  const { signal, state } = judged;
  const exposure = state.total.candidateRequests + state.total.baselineRequests;
  if (exposure === 0 || state.total.candidateRequests === 0) return null;
  const candidateShare = state.total.candidateRequests / exposure;
  return smallestRegressionCaught(failurePowerQuestion(plan, signal, state, candidateShare), exposure);
}

export function readArm(requests: number, failures: number): ArmReading {
  return { requests, failures, failureRate: requests > 0 ? failures / requests : null, latencyMs: null };
}

function readLatencyArm(arm: ArmTotal): ArmReading {
  const p50 = quantile(arm.latency, 0.5);
  const p95 = quantile(arm.latency, 0.95);
  const p99 = quantile(arm.latency, 0.99);
  const isKnown = p50 !== null && p95 !== null && p99 !== null;
  return { ...readArm(arm.requests, arm.failures), latencyMs: isKnown ? { p50, p95, p99 } : null };
}
