import type { FlagDefinition } from "../flags/definition.ts";
import type { Decision } from "../guard/decision.ts";
import type { GuardPlan } from "../guard/plan.ts";
import { isInFlight, isWatched, type RolloutEvent, type RolloutState, type RolloutStep } from "./state.ts";

export type RolloutRefusal = {
  readonly ok: false;
  readonly code: "rollout-state-conflict" | "evidence-missing";
  readonly detail: string;
};

/** What follows from a command: facts, and what becomes of the flag's default in the same breath. */
export type RolloutOutcome = {
  readonly ok: true;
  readonly events: readonly RolloutEvent[];
  /** The variant to write as the flag's default; absent: leave it. */
  readonly flagDefault?: string;
};

const NOTHING: RolloutOutcome = { ok: true, events: [] };

/** Leaves the queue: enters the first stage. */
export function startRollout(state: RolloutState, baseline: string, plan: GuardPlan): RolloutOutcome {
  const first = state.stages[0];
  if (state.state !== "queued" || !first) return NOTHING;
  const sentence = first.audience !== null ? "Shown to the audience first." : `Shown to ${percent(first.share)} first.`;
  return {
    ok: true,
    events: [
      { type: "rollout.started", data: { baseline, plan } },
      { type: "rollout.stage-entered", data: { stage: 0, share: first.share, step: "start", sentence } },
    ],
  };
}

export function pauseRollout(state: RolloutState, reason: string): RolloutOutcome | RolloutRefusal {
  if (state.state === "paused") return NOTHING;
  if (state.state !== "running") return conflict(state, "paused", "only a running rollout can be paused");
  return { ok: true, events: [{ type: "rollout.paused", data: { sentence: `Paused by a person: ${reason}` } }] };
}

export function resumeRollout(state: RolloutState): RolloutOutcome | RolloutRefusal {
  if (state.state === "running") return NOTHING;
  if (state.state !== "paused") return conflict(state, "resumed", "only a paused rollout can be resumed");
  return { ok: true, events: [{ type: "rollout.resumed", data: {} }] };
}

/**
 * Enters the next stage because a person says so.
 *
 * @param decision the guard's last, `null` before its first
 * @param reason needed unless the evidence is there
 * @param fromStage index of the stage the person saw, so that two who say so at once do not skip one; `null`: whichever it is
 */
export function advanceRollout(
  state: RolloutState,
  decision: Decision | null,
  reason: string | null,
  nowMs: number,
  fromStage: number | null = null,
): RolloutOutcome | RolloutRefusal {
  if (fromStage !== null && fromStage !== state.stage) {
    const detail = `The rollout is not advanced: it is in stage ${state.stage + 1} by now, not ${fromStage + 1}. Look at it again, then decide.`;
    return { ok: false, code: "rollout-state-conflict", detail };
  }
  if (state.state !== "running") {
    const hint = state.state === "paused" ? "resume it first" : "only a running rollout can be advanced";
    return conflict(state, "advanced", hint);
  }
  // A verdict from before the stage was entered says nothing about this one.
  const isEvidenceThere = decision?.verdict === "advance" && decision.stage === state.stage;
  if (!isEvidenceThere && !reason) {
    const says = decision?.stage === state.stage ? ` (${decision.sentence})` : "";
    return {
      ok: false,
      code: "evidence-missing",
      detail: `The evidence for the next stage is not there yet${says}. Wait for it, or give a reason to advance without it.`,
    };
  }
  return enterNextStage(state, "person", reason ?? "The evidence is there.", nowMs);
}

/** Takes the candidate back because a person says so; also after completion, while it is watched. */
export function rollBackRollout(state: RolloutState, reason: string): RolloutOutcome | RolloutRefusal {
  if (state.state === "rolled-back") return NOTHING;
  if (state.state === "queued") return stopRollout(state, `Withdrawn by a person: ${reason}`);
  if (!isWatched(state))
    return conflict(state, "rolled back", "restore an earlier version of the flag instead (steadfast flag restore)");
  return takeBack(state, `Rolled back by a person: ${reason}`, "person");
}

/** Ends a rollout without judging it: the flag was switched off, or it can no longer start. */
export function stopRollout(state: RolloutState, sentence: string): RolloutOutcome {
  if (state.state !== "queued" && !isInFlight(state)) return NOTHING;
  return { ok: true, events: [{ type: "rollout.stopped", data: { sentence } }] };
}

/** Ends the watch after completion. */
export function endWatch(state: RolloutState, sentence: string): RolloutOutcome {
  if (state.state !== "completed" || state.watchedUntilMs === null) return NOTHING;
  return { ok: true, events: [{ type: "rollout.watch-ended", data: { sentence } }] };
}

/** What becomes of a rollout when its flag is written: it ends with the flag, and is watched only while it can be taken back. */
export function followFlagWrite(state: RolloutState, definition: FlagDefinition, reason: string): RolloutOutcome {
  const { candidate, baseline } = state;
  if (definition.state === "DISABLED") {
    const sentence = `The flag was switched off: ${reason}`;
    return state.state === "completed" ? endWatch(state, sentence) : stopRollout(state, sentence);
  }
  if (state.state !== "completed") return NOTHING;
  if (definition.defaultVariant !== candidate)
    return endWatch(state, `The flag's default is no longer "${candidate}": ${reason}`);
  if (baseline === null || !Object.hasOwn(definition.variants, baseline))
    return endWatch(state, `The variant "${baseline}" to go back to was removed: ${reason}`);
  return NOTHING;
}

/** Does what the guard's decision asks for, as far as mode and policy allow. */
export function actOnDecision(state: RolloutState, decision: Decision, nowMs: number): RolloutOutcome {
  if (!isWatched(state)) return NOTHING;
  const isNews = isNewsworthy(state, decision);
  const judged = (acted: boolean): RolloutEvent => ({
    type: "rollout.judged",
    data: { tick: decision.tick, acted, decision },
  });
  const onlyRecorded: RolloutOutcome = isNews || decision.isNotified ? { ok: true, events: [judged(false)] } : NOTHING;

  if (state.mode === "dry-run") return onlyRecorded;
  if (decision.verdict === "roll-back") {
    if (state.onRegression === "roll-back" || state.state === "completed")
      return prepend(judged(true), takeBack(state, decision.sentence, decision.cause));
    // Told once: a person who resumes in spite of it is not overruled by the same evidence, and advances by hand.
    if (state.state === "paused" || !isNews) return onlyRecorded;
    const sentence = `Frozen instead of rolled back, as this rollout asks: ${decision.sentence}`;
    return { ok: true, events: [judged(true), { type: "rollout.paused", data: { sentence } }] };
  }
  if (decision.verdict === "advance" && state.state === "running")
    return prepend(judged(true), enterNextStage(state, "gate-met", decision.sentence, nowMs));
  return onlyRecorded;
}

/** A `rollout.judged` event is 3 kB: one that changes its mind each second may write six a minute, not sixty. */
const FLAPPING_TICKS_MIN = 10;

/** Whether a verdict is another than the last recorded one, and either asks for something or has not just changed. */
function isNewsworthy({ lastJudged }: RolloutState, { verdict, cause, tick }: Decision): boolean {
  if (lastJudged?.verdict === verdict && lastJudged.cause === cause) return false;
  const isAsking = verdict !== "wait" && verdict !== "hold";
  return isAsking || tick - (lastJudged?.tick ?? 0) >= FLAPPING_TICKS_MIN || lastJudged === null;
}

function enterNextStage(state: RolloutState, step: RolloutStep, sentence: string, nowMs: number): RolloutOutcome {
  const next = state.stages[state.stage + 1];
  const completed: RolloutEvent = {
    type: "rollout.completed",
    data: { watchedUntilMs: nowMs + state.watchSeconds * 1_000, sentence },
  };
  if (!next) return { ok: true, events: [completed], flagDefault: state.candidate };

  const entered: RolloutEvent = {
    type: "rollout.stage-entered",
    data: { stage: state.stage + 1, share: next.share, step, sentence },
  };
  const isLast = state.stage + 2 === state.stages.length;
  if (isLast && next.minSeconds === 0) return { ok: true, events: [entered, completed], flagDefault: state.candidate };
  return { ok: true, events: [entered] };
}

function takeBack(state: RolloutState, sentence: string, cause: Decision["cause"] | "person"): RolloutOutcome {
  const events: readonly RolloutEvent[] = [
    { type: "rollout.rolled-back", data: { sentence, cause, fromShare: state.share } },
  ];
  const isWritten = state.state === "completed" && state.baseline !== null;
  return isWritten && state.baseline !== null
    ? { ok: true, events, flagDefault: state.baseline }
    : { ok: true, events };
}

function prepend(event: RolloutEvent, outcome: RolloutOutcome): RolloutOutcome {
  return { ...outcome, events: [event, ...outcome.events] };
}

function conflict(state: RolloutState, action: string, hint: string): RolloutRefusal {
  const why = state.state === "completed" ? "completed and no longer watched" : state.state;
  return {
    ok: false,
    code: "rollout-state-conflict",
    detail: `The rollout cannot be ${action}: it is ${isWatched(state) ? state.state : why}; ${hint}.`,
  };
}

/** "1 %", "0.5 %": a share for people. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
