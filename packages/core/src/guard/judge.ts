import type { TelemetrySource } from "./counts.ts";
import { decide } from "./decide.ts";
import type { Decision, GuardTick } from "./decision.ts";
import { logEvidence, logSumExp, plainZero } from "./evidence.ts";
import { smoothedRate } from "./failure-rate-test.ts";
import type { GuardPlan, Stakes } from "./plan.ts";
import { rateDesignEffect } from "./rate-signal.ts";
import { readSignal } from "./readings.ts";
import { type PriorState, START_PRIOR, spendPrior } from "./restart-prior.ts";
import { foldShadows, readShadows, type ShadowState } from "./shadow-canaries.ts";
import { evidenceIn, foldSignal, type JudgedSignal, pairSignal, type SignalState, startSignal } from "./signal.ts";
import { foldSource, type SourceState, silenceLimits, silentTicks, startSource, startSourceStage } from "./silence.ts";
import { type FloorState, foldFloor, START_FLOOR } from "./stage-floor.ts";
import { type StageMode, stageMode } from "./stage-mode.ts";

/** The guard between two ticks: plain data, all numbers finite, so a JSON round trip is exact. */
export type GuardState = {
  /** The last tick judged; 0 before the first. */
  readonly tick: number;
  /** −1 before the first tick. */
  readonly stage: number;
  readonly share: number;
  readonly mode: StageMode | null;
  /** The first tick of the present stage and share. */
  readonly stageStartTick: number;
  readonly floor: FloorState;
  readonly prior: PriorState;
  readonly sources: { readonly [source in TelemetrySource]?: SourceState };
  /** One for each signal of the plan, in its order. */
  readonly signals: readonly SignalState[];
  readonly shadow: ShadowState | null;
};

/** Cold caches: after a share change latency is not judged for this many seconds, and a reporting gap more. */
const LATENCY_SETTLE_TICKS = 5;
const MAX_EVIDENCE = 1e300;
/** ln(1e300) = 690.8. */
const MAX_EXPONENT = 690;

/** The guard before the first tick. Cheap. */
export function startGuard(plan: GuardPlan): GuardState {
  return {
    tick: 0,
    stage: -1,
    share: 0,
    mode: null,
    stageStartTick: 0,
    floor: START_FLOOR,
    prior: START_PRIOR,
    sources: {},
    signals: plan.signals.map((signal) => startSignal(signal, plan.history[signal.source])),
    shadow: null,
  };
}

/**
 * Judges one tick. Pure: the same plan, state and tick give bit for bit the same state and decision, and the state
 * given is not changed. "roll-back" is repeated for as long as the evidence stands; that it is final is the rollout's
 * affair.
 *
 * @throws {RangeError} when a tick is missing or repeated: a caller's bug, ticks are numbered without gaps.
 */
export function judgeTick(
  plan: GuardPlan,
  state: GuardState,
  tick: GuardTick,
): { state: GuardState; decision: Decision } {
  if (tick.tick !== state.tick + 1) {
    throw new RangeError(`tick ${tick.tick} cannot follow tick ${state.tick}: ticks are judged in order, without gaps`);
  }
  const mode = stageMode(plan, tick.stage, tick.share);
  const isStageNew = tick.stage !== state.stage || tick.share !== state.share;
  const isModeNew = mode !== state.mode || (mode !== "share" && tick.stage !== state.stage);
  const stageStartTick = isStageNew ? tick.tick : state.stageStartTick;
  const stageTicks = tick.tick - stageStartTick;
  const { prior, mass } = spendPrior(plan, state.prior, mode, tick.stage, isModeNew);
  const sources = foldSources(plan, state, tick, isStageNew, stageTicks);
  const before = plan.signals.map((signal, index) => pairSignal(signal, state.signals[index]));
  const judged = before.map((signal) => {
    const { source } = signal.signal;
    const isSettled = stageTicks >= settleTicks(sources[source]);
    const counts = tick.counts[source];
    return foldSignal(signal, { mode, isStageNew, isModeNew, prior: mass, stakes: stakesOf(plan), isSettled, counts });
  });
  const next: GuardState = {
    tick: tick.tick,
    stage: tick.stage,
    share: tick.share,
    mode,
    stageStartTick,
    floor: foldFloor(state.floor, tick),
    prior,
    sources: markNotified(plan, sources, tick.tick),
    signals: judged.map((signal) => signal.state),
    shadow: mode === "share" ? foldShadowsOf(plan, state.shadow, before, tick) : state.shadow,
  };
  return { state: next, decision: describe(plan, tick, mode, stageTicks, sources, judged, next) };
}

function describe(
  plan: GuardPlan,
  tick: GuardTick,
  mode: StageMode,
  stageTicks: number,
  sourcesBefore: GuardState["sources"],
  judged: readonly JudgedSignal[],
  next: GuardState,
): Decision {
  const readings = judged.map((signal) =>
    readSignal(plan, signal, next.sources[signal.signal.source] ?? startSource(tick.tick), mode, tick),
  );
  const logTotal = logSumExp(
    judged.map(({ signal, state }) => Math.log(signal.weight) + logEvidence(evidenceIn(state, mode))),
  );
  const sources = sourcesOf(plan).map((name) => ({ name, state: next.sources[name] ?? startSource(tick.tick) }));
  const situation = {
    plan,
    tick,
    mode,
    stageTicks,
    floor: next.floor,
    sources,
    judged,
    readings,
    logEvidence: logTotal,
  };
  const { verdict, cause, sentence, gate } = decide(situation);
  return {
    verdict,
    cause,
    sentence,
    tick: tick.tick,
    atMs: tick.atMs,
    stage: tick.stage,
    share: tick.share,
    logEvidence: plainZero(logTotal),
    evidence: logTotal > MAX_EXPONENT ? MAX_EVIDENCE : Math.exp(logTotal),
    isNotified: sources.some(({ name, state }) => state.isNotified && sourcesBefore[name]?.isNotified === false),
    isSilenceTold: sources.some(({ state }) => state.isNotified),
    signals: readings,
    gate,
    shadow: readShadows(next.shadow),
  };
}

function foldSources(
  plan: GuardPlan,
  state: GuardState,
  tick: GuardTick,
  isStageNew: boolean,
  stageTicks: number,
): GuardState["sources"] {
  const sources: { [source in TelemetrySource]?: SourceState } = {};
  for (const name of sourcesOf(plan)) {
    const known = state.sources[name] ?? startSource(tick.tick);
    const started = isStageNew ? startSourceStage(known) : known;
    sources[name] = foldSource(started, tick.tick, stageTicks, tick.counts[name]);
  }
  return sources;
}

function markNotified(plan: GuardPlan, sources: GuardState["sources"], tick: number): GuardState["sources"] {
  const marked: { [source in TelemetrySource]?: SourceState } = {};
  for (const name of sourcesOf(plan)) {
    const source = sources[name] ?? startSource(tick);
    const isLong = silentTicks(source, tick) > silenceLimits(source, plan.silence).notify;
    marked[name] = isLong && !source.isNotified ? { ...source, isNotified: true } : source;
  }
  return marked;
}

/** The pretend canaries stand in for the first failure-rate signal that counts requests. */
function foldShadowsOf(
  plan: GuardPlan,
  shadow: ShadowState | null,
  before: readonly JudgedSignal[],
  tick: GuardTick,
): ShadowState | null {
  for (const { kind, signal, state } of before) {
    if (kind !== "rate" || signal.kind !== "failure-rate" || signal.count !== "requests") continue;
    const test = {
      signal,
      baselineRate: smoothedRate(state.past.known),
      designEffect: rateDesignEffect(signal, state),
      plannedTicks: plan.plannedTicks,
      stakes: stakesOf(plan),
      logLimit: -Math.log(plan.alpha),
    };
    return foldShadows(shadow, test, tick.counts[signal.source]?.baseline);
  }
  return shadow;
}

function stakesOf(plan: GuardPlan): Stakes {
  return plan.stakes ?? "even";
}

/** A source that reports in batches delivers the latencies of cold caches up to one gap late. */
function settleTicks(source: SourceState | undefined): number {
  return LATENCY_SETTLE_TICKS + Math.max(0, Math.ceil(source?.cadence ?? 0) - 1);
}

const ALL_SOURCES: readonly TelemetrySource[] = ["spans", "observations"];

function sourcesOf(plan: GuardPlan): TelemetrySource[] {
  return ALL_SOURCES.filter((source) => plan.signals.some((signal) => signal.source === source));
}
