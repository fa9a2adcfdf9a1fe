import type { ArmCounts } from "./counts.ts";
import type { Evidence } from "./evidence.ts";
import { foldLatencySignal, type LatencySignalState, startLatencySignal } from "./latency-signal.ts";
import type { GuardSignal, LatencySignal } from "./plan.ts";
import { foldRateSignal, type RateSignal, type RateSignalState, startRateSignal } from "./rate-signal.ts";
import type { SignalTick } from "./signal-context.ts";
import type { StageMode } from "./stage-mode.ts";

export type SignalState = RateSignalState | LatencySignalState;

/** A signal of the plan with its state. */
export type JudgedSignal =
  | { readonly kind: "rate"; readonly signal: RateSignal; readonly state: RateSignalState }
  | { readonly kind: "latency"; readonly signal: LatencySignal; readonly state: LatencySignalState };

export function startSignal(signal: GuardSignal, history: ArmCounts | undefined): SignalState {
  return signal.kind === "latency" ? startLatencySignal(signal, history) : startRateSignal(signal, history);
}

/** @throws {TypeError} when the state belongs to another plan: a caller's bug. */
export function pairSignal(signal: GuardSignal, state: SignalState | undefined): JudgedSignal {
  if (signal.kind === "latency") {
    if (state?.kind === "latency") return { kind: "latency", signal, state };
  } else if (state?.kind === "rate") return { kind: "rate", signal, state };
  throw new TypeError(`guard state does not fit the plan: no ${signal.kind} state for signal "${signal.name}"`);
}

/** Folds one tick in; the state given is not changed. */
export function foldSignal(judged: JudgedSignal, tick: SignalTick): JudgedSignal {
  return judged.kind === "latency"
    ? { ...judged, state: foldLatencySignal(judged.signal, judged.state, tick) }
    : { ...judged, state: foldRateSignal(judged.signal, judged.state, tick) };
}

/** What counts in a stage of this mode: the kept evidence, or that of a gross break. */
export function evidenceIn(state: SignalState, mode: StageMode): Evidence {
  return mode === "share" ? state.evidence : state.gross;
}
