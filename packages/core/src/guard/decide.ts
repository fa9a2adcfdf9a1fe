import type { DecisionCause, GateProgress, GuardTick, SignalReading, Verdict } from "./decision.ts";
import { effectiveUnits } from "./effective-units.ts";
import { gateProgress, isOutOfReach, type SignalGate, signalGates, stageExposure } from "./gate.ts";
import type { GuardPlan } from "./plan.ts";
import { readArm } from "./readings.ts";
import { sayComparison, sayCount, sayEvidence, sayPercent, saySeconds } from "./sentence.ts";
import { LOG_MISMATCH_LIMIT, logShareMismatch } from "./share-mismatch-test.ts";
import type { JudgedSignal } from "./signal.ts";
import { type SourceState, silenceLimits, silentCandidate, silentTicks } from "./silence.ts";
import { type FloorState, floorSecondsLeft } from "./stage-floor.ts";
import type { StageMode } from "./stage-mode.ts";
import { sayTrafficHelp } from "./traffic-help.ts";

/** All that a verdict depends on, after the tick was folded in. */
export type Situation = {
  readonly plan: GuardPlan;
  readonly tick: GuardTick;
  readonly mode: StageMode;
  /** Ticks since the stage or its share last changed, 0 for the first. */
  readonly stageTicks: number;
  readonly floor: FloorState;
  readonly sources: readonly { readonly name: string; readonly state: SourceState }[];
  readonly judged: readonly JudgedSignal[];
  readonly readings: readonly SignalReading[];
  /** ln Σ vE. */
  readonly logEvidence: number;
};

export type Outcome = {
  readonly verdict: Verdict;
  readonly cause: DecisionCause;
  readonly sentence: string;
  readonly gate: GateProgress;
};

/** A rate must have been watched this long before the time to the gate is projected from it. */
const MIN_PROJECTION_TICKS = 10;
const PROJECTION_CADENCES = 3;
/** Up to this share a lost source never rolls back: too few people are at risk. */
const MAX_SHARE_KEPT_IN_SILENCE = 0.01;

type Answer = Omit<Outcome, "gate">;

/** The decision table: the first rule that matches wins. */
export function decide(situation: Situation): Outcome {
  const { plan, judged, tick } = situation;
  const gates = signalGates(plan, judged, tick);
  const first = judged[0];
  const exposure = first ? stageExposure(first) : { candidate: 0, baseline: 0 };
  const gate = gateProgress(
    gates,
    exposure.candidate + exposure.baseline,
    floorSecondsLeft(plan, tick.stage, situation.floor),
  );
  const answer =
    evidenceAgainst(situation) ??
    deadCandidate(situation) ??
    silence(situation) ??
    shareMismatch(situation) ??
    paused(situation) ??
    progress(situation, gates, gate);
  return { ...answer, gate };
}

/** Rule 1. */
function evidenceAgainst(situation: Situation): Answer | null {
  const { plan, readings, judged, logEvidence, mode } = situation;
  const logLimit = -Math.log(plan.alpha);
  if (logEvidence < logLimit) return null;
  let strongest: SignalReading | undefined;
  for (const reading of readings) {
    if (strongest === undefined || weighed(reading) > weighed(strongest)) strongest = reading;
  }
  const index = strongest ? readings.indexOf(strongest) : -1;
  const signal = plan.signals[index];
  const shown = judged[index];
  if (strongest === undefined || signal === undefined || shown === undefined) return null;
  const comparison =
    mode === "share"
      ? sayComparison(signal, strongest.candidate, strongest.baseline)
      : sayGross(shown, strongest, mode);
  const isAlone = weighed(strongest) >= logLimit;
  const cause: DecisionCause =
    mode !== "share" ? "gross-break" : isAlone ? `signal:${strongest.name}` : "combined-evidence";
  const together = isAlone ? "" : "No signal alone is proof, together they are. ";
  return { verdict: "roll-back", cause, sentence: `${comparison} ${together}${sayEvidence(Math.exp(logEvidence))}` };
}

function weighed(reading: SignalReading): number {
  return Math.log(reading.weight) + reading.logEvidence;
}

function sayGross(judged: JudgedSignal, reading: SignalReading, mode: StageMode): string {
  const what =
    mode === "audience" ? "Gross break for the first audience" : "Gross break with everybody on the candidate";
  if (judged.kind === "latency") return `${what}: ${sayComparison(judged.signal, reading.candidate, reading.baseline)}`;
  const { stageTotal } = judged.state;
  const candidate = readArm(stageTotal.candidateRequests, stageTotal.candidateFailures);
  const baseline =
    mode === "audience" ? readArm(stageTotal.baselineRequests, stageTotal.baselineFailures) : reading.baseline;
  return `${what}: ${sayComparison(judged.signal, candidate, baseline)}`;
}

/** The baseline reports, the candidate does not: it died before it could. */
function deadCandidate(situation: Situation): Answer | null {
  const { plan, tick, mode, stageTicks, sources } = situation;
  if (mode !== "share") return null;
  for (const { name, state } of sources) {
    const units = baselineUnits(situation.judged, name);
    const silent = silentCandidate(state, tick.tick, stageTicks, tick.share, plan.isShareChecked, units);
    if (silent === null) continue;
    const sentence =
      `The baseline reports and the candidate does not: ${sayCount(silent.seen)} of about ` +
      `${sayCount(silent.expected)} expected candidate requests arrived from ${name}. It may die before it can report; with few targeting keys, its share may also hold nobody.`;
    return { verdict: "roll-back", cause: "candidate-silent", sentence };
  }
  return null;
}

/** Where the source does not tell its unit groups, each request counts as a user of its own. */
function baselineUnits(judged: readonly JudgedSignal[], source: string): number {
  for (const { kind, signal, state } of judged) {
    if (kind === "rate" && signal.source === source && state.groups !== null) {
      return effectiveUnits(state.groups.requests);
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** Rule 2. One lost source stops the advance; only when all are lost does silence roll back. */
function silence(situation: Situation): Answer | null {
  const { plan, tick, mode, sources } = situation;
  const silent = sources
    .map(({ name, state }) => ({
      name,
      ticks: silentTicks(state, tick.tick),
      limits: silenceLimits(state, plan.silence),
    }))
    .filter(({ ticks, limits }) => ticks > limits.freeze);
  const longest = silent.reduce<(typeof silent)[number] | undefined>(
    (worst, source) => (worst === undefined || source.ticks > worst.ticks ? source : worst),
    undefined,
  );
  if (longest === undefined) return null;
  const missing = `No telemetry from ${longest.name} for ${saySeconds(longest.ticks)}`;
  const areAllLost = silent.length === sources.length && silent.every(({ ticks, limits }) => ticks > limits.rollBack);
  const isAtRisk = mode !== "last" && tick.share > MAX_SHARE_KEPT_IN_SILENCE;
  if (areAllLost && isAtRisk && plan.silence.isRolledBack) {
    const sentence = `${missing} while ${sayPercent(tick.share)} of the traffic is on the candidate: it cannot be judged, so it is taken back.`;
    return { verdict: "roll-back", cause: "telemetry-missing", sentence };
  }
  const sentence = `${missing}: nothing advances until it reports again. Check that the service exports to this server.`;
  return { verdict: "freeze", cause: "telemetry-missing", sentence };
}

/** Rule 3. */
function shareMismatch(situation: Situation): Answer | null {
  const { plan, tick, mode, sources } = situation;
  if (mode !== "share" || !plan.isShareChecked) return null;
  for (const { name, state } of sources) {
    const { newCandidateUnits: candidate, newBaselineUnits: baseline } = state;
    if (logShareMismatch(candidate, baseline, tick.share) < LOG_MISMATCH_LIMIT) continue;
    const realised = sayPercent(candidate / (candidate + baseline));
    const sentence =
      `The data is not to be trusted: ${realised} of ${sayCount(candidate + baseline)} users newly seen by ${name} are on the ` +
      `candidate, planned are ${sayPercent(tick.share)}. Look for users who lose telemetry or who are bucketed elsewhere.`;
    return { verdict: "hold", cause: "share-mismatch", sentence };
  }
  return null;
}

function paused(situation: Situation): Answer | null {
  if (!situation.tick.isPaused) return null;
  return { verdict: "wait", cause: "paused", sentence: `Paused: still judged, never advanced. ${sayState(situation)}` };
}

/** Rules 4 to 6. */
function progress(situation: Situation, gates: readonly SignalGate[], gate: GateProgress): Answer {
  const { tick, mode, sources } = situation;
  const isCandidateSeen = tick.share <= 0 || sources.some(({ state }) => state.candidateRequests > 0);
  const isGateMet = isCandidateSeen && isStageSeen(situation) && gates.every(({ isMet }) => isMet);
  if (isGateMet && gate.floorSecondsLeft > 0) {
    const left = `${saySeconds(gate.floorSecondsLeft)} of the least time are left.`;
    const cause = mode === "last" ? "last-stage" : "floor-not-passed";
    return { verdict: "wait", cause, sentence: `${sayState(situation)} ${left}` };
  }
  if (isGateMet)
    return { verdict: "advance", cause: mode === "last" ? "last-stage" : "gate-met", sentence: sayState(situation) };
  const shortage = tooLittleTraffic(situation, gates, gate);
  if (shortage !== null) return { verdict: "hold", cause: "too-little-traffic", sentence: shortage };
  return { verdict: "wait", cause: "gathering-evidence", sentence: `${sayState(situation)} ${sayProgress(gate)}` };
}

/** A stage of its own share must have seen the candidate; the last one was preceded by others that have. */
function isStageSeen({ tick, mode, sources }: Situation): boolean {
  return tick.share <= 0 || mode === "last" || sources.some(({ state }) => state.stageCandidate > 0);
}

/** Rule 5. @returns what would help, or `null` while there is enough traffic or it is too early to say */
function tooLittleTraffic(situation: Situation, gates: readonly SignalGate[], gate: GateProgress): string | null {
  const { plan, tick, stageTicks, sources } = situation;
  const cadence = Math.max(...sources.map(({ state }) => state.cadence));
  if (stageTicks < Math.max(MIN_PROJECTION_TICKS, PROJECTION_CADENCES * cadence)) return null;
  if (!isStageSeen(situation)) {
    const help = sayTrafficHelp(plan, undefined, tick);
    return `Too little traffic: no candidate request has been seen in this stage. ${help}`;
  }
  const slowest = gates.find((each) => isOutOfReach(plan, each));
  if (slowest === undefined) return null;
  const outlook =
    slowest.projectedSeconds === null
      ? `nothing arrives for ${slowest.name}`
      : `${slowest.name} would need about ${saySeconds(slowest.projectedSeconds)} more at the present rate`;
  const figures =
    gate.neededExposure === null ? "" : ` (${sayCount(slowest.exposure)} of ${sayCount(slowest.needed)} requests)`;
  const judged = situation.judged.find(({ signal }) => signal.name === slowest.name);
  return `Too little traffic: ${outlook}${figures}. ${sayTrafficHelp(plan, judged, tick)}`;
}

function sayProgress(gate: GateProgress): string {
  if (gate.neededExposure === null) return "Waiting for the candidate's first requests.";
  const part = sayPercent(Math.min(1, gate.exposure / gate.neededExposure));
  const left =
    gate.projectedSeconds === null
      ? ""
      : `, about ${saySeconds(Math.max(gate.projectedSeconds, gate.floorSecondsLeft))} to go`;
  return `${part} of the ${sayCount(gate.neededExposure)} requests that ${gate.signal} needs in this stage${left}.`;
}

/** The first failure signal says best how things are; the first signal where there is none. */
function sayState({ plan, readings, judged, mode }: Situation): string {
  const index = Math.max(
    0,
    plan.signals.findIndex(({ kind }) => kind !== "latency"),
  );
  const signal = plan.signals[index];
  const reading = readings[index];
  const shown = judged[index];
  if (signal === undefined || reading === undefined || shown === undefined) return "No signal is judged.";
  if (mode === "share" || shown.kind === "latency") return sayComparison(signal, reading.candidate, reading.baseline);
  const { stageTotal } = shown.state;
  const candidate = readArm(stageTotal.candidateRequests, stageTotal.candidateFailures);
  if (mode === "audience") {
    return sayComparison(signal, candidate, readArm(stageTotal.baselineRequests, stageTotal.baselineFailures));
  }
  return `Everybody has the candidate. ${sayComparison(signal, candidate, reading.baseline)}`;
}
