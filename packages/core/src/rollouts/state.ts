import type { Decision, DecisionCause } from "../guard/decision.ts";
import type { GuardPlan } from "../guard/plan.ts";
import type { GuardSettings, RolloutStage } from "./plan.ts";

/** Who did it, as the journal names them. */
export type ActedBy = { readonly kind: "token" | "system"; readonly id: string; readonly name: string };

export type RolloutStateName = "queued" | "running" | "paused" | "completed" | "rolled-back" | "stopped";

/** What was asked for, with every default filled in. Never changes. */
export type RolloutRequest = {
  readonly id: string;
  readonly kind: "flag";
  readonly environment: string;
  readonly flag: string;
  readonly service: string;
  readonly candidate: string;
  /** The candidate's value as JSON: the same name with another value is another candidate. */
  readonly candidateValue: string;
  readonly stages: readonly RolloutStage[];
  readonly guard: GuardSettings;
  readonly onRegression: "roll-back" | "freeze";
  readonly mode: "act" | "dry-run";
  readonly watchSeconds: number;
  readonly salt: string;
  readonly bucketing: "fractional-v2";
  /** Why it may run beside another rollout of the service, or after a rollback; `null`: it may not. */
  readonly alongside: string | null;
  readonly despiteRollback: string | null;
};

/** Why a rollout is where it is. */
export type RolloutStep = "start" | "gate-met" | "person";

export type RolloutEvent =
  | { readonly type: "rollout.requested"; readonly data: RolloutRequest }
  | { readonly type: "rollout.started"; readonly data: { readonly baseline: string; readonly plan: GuardPlan } }
  | {
      readonly type: "rollout.stage-entered";
      readonly data: {
        readonly stage: number;
        readonly share: number;
        readonly step: RolloutStep;
        readonly sentence: string;
      };
    }
  | { readonly type: "rollout.judged"; readonly data: JudgedData }
  | { readonly type: "rollout.paused"; readonly data: { readonly sentence: string } }
  | { readonly type: "rollout.resumed"; readonly data: Record<string, never> }
  | {
      readonly type: "rollout.completed";
      readonly data: { readonly watchedUntilMs: number; readonly sentence: string };
    }
  | {
      readonly type: "rollout.rolled-back";
      readonly data: {
        readonly sentence: string;
        readonly cause: DecisionCause | "person";
        readonly fromShare: number;
      };
    }
  | { readonly type: "rollout.stopped"; readonly data: { readonly sentence: string } }
  | { readonly type: "rollout.watch-ended"; readonly data: { readonly sentence: string } };

/** A verdict worth keeping: it changed, or something was done because of it. */
export type JudgedData = {
  readonly tick: number;
  /** What the rollout did about it; "nothing" for a waiting or a dry-run verdict. */
  readonly acted: boolean;
  readonly decision: Decision;
};

export type RolloutState = RolloutRequest & {
  readonly version: number;
  readonly state: RolloutStateName;
  readonly reason: string;
  readonly startedBy: ActedBy;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
  readonly endedBy: ActedBy | null;
  /** Set when completed; `null` again once the watch is over. */
  readonly watchedUntilMs: number | null;
  readonly baseline: string | null;
  readonly plan: GuardPlan | null;
  /** Index into `stages`; −1 before it starts. */
  readonly stage: number;
  readonly stageSinceMs: number | null;
  /** 0..1, as published. */
  readonly share: number;
  /** The last recorded verdict, to tell when it changes. */
  readonly lastJudged: {
    readonly verdict: string;
    readonly cause: string;
    /** Absent in a state that an older version stored. */
    readonly tick?: number;
  } | null;
};

/** An event as the journal stored it. */
export type RecordedRolloutEvent = RolloutEvent & {
  readonly version: number;
  readonly occurredAtMs: number;
  readonly actor: ActedBy;
  readonly reason: string | null;
};

/** True while the rollout moves people or may still take the candidate back. */
export function isWatched(state: Pick<RolloutState, "state" | "watchedUntilMs">): boolean {
  return (
    state.state === "running" ||
    state.state === "paused" ||
    (state.state === "completed" && state.watchedUntilMs !== null)
  );
}

/** True while it holds the flag: queued ones do not. */
export function isInFlight(state: Pick<RolloutState, "state">): boolean {
  return state.state === "running" || state.state === "paused";
}

/**
 * The state after an event. Total: an event that makes no sense leaves the state as it is, so that no journal can
 * stop a server from starting.
 *
 * @param state `undefined` before `rollout.requested`
 */
export function evolveRollout(state: RolloutState | undefined, event: RecordedRolloutEvent): RolloutState | undefined {
  if (event.type === "rollout.requested") return requested(event, event.data);
  if (!state) return undefined;

  const next: RolloutState = { ...state, version: event.version };
  switch (event.type) {
    case "rollout.started":
      return { ...next, ...event.data, state: "running", startedAtMs: event.occurredAtMs };
    case "rollout.stage-entered":
      return { ...next, stage: event.data.stage, share: event.data.share, stageSinceMs: event.occurredAtMs };
    case "rollout.judged": {
      const { verdict, cause } = event.data.decision;
      return { ...next, lastJudged: { verdict, cause, tick: event.data.tick } };
    }
    case "rollout.paused":
      return { ...next, state: "paused" };
    case "rollout.resumed":
      return { ...next, state: "running", stageSinceMs: event.occurredAtMs };
    case "rollout.completed":
      return {
        ...ended(next, event, event.data.sentence),
        state: "completed",
        share: 1,
        watchedUntilMs: event.data.watchedUntilMs,
      };
    case "rollout.rolled-back":
      return { ...ended(next, event, event.data.sentence), state: "rolled-back", share: 0, watchedUntilMs: null };
    case "rollout.stopped":
      return { ...ended(next, event, event.data.sentence), state: "stopped", share: 0, watchedUntilMs: null };
    case "rollout.watch-ended":
      return { ...next, watchedUntilMs: null };
  }
}

function requested(event: RecordedRolloutEvent, request: RolloutRequest): RolloutState {
  return {
    ...request,
    version: event.version,
    state: "queued",
    reason: event.reason ?? "",
    startedBy: event.actor,
    createdAtMs: event.occurredAtMs,
    startedAtMs: null,
    endedAtMs: null,
    endReason: null,
    endedBy: null,
    watchedUntilMs: null,
    baseline: null,
    plan: null,
    stage: -1,
    stageSinceMs: null,
    share: 0,
    lastJudged: null,
  };
}

function ended(state: RolloutState, event: RecordedRolloutEvent, sentence: string): RolloutState {
  return { ...state, endedAtMs: event.occurredAtMs, endReason: sentence, endedBy: event.actor };
}
