import type { RolloutRequest, RolloutState } from "./state.ts";
import { isInFlight } from "./state.ts";

/** Active rollouts one installation judges each second; the guard's cost is measured for 1,000. */
export const ACTIVE_ROLLOUTS_MAX = 2_000;

/**
 * What the active rollouts of one environment may add to the document that providers take whole, beside the
 * definitions, which have a bound of their own.
 */
export const ROLLOUTS_BYTES_MAX = 600_000;

/** After a rollback the same candidate is blocked for this long. */
export const COOL_DOWN_MS = 15 * 60_000;

/** What a new or queued rollout waits for. */
export type QueueReason = {
  readonly rolloutId: string;
  readonly flag: string;
  readonly why: string;
  readonly position: number;
};

type Newcomer = Pick<RolloutState, "id" | "environment" | "flag" | "service" | "alongside">;
type Other = Pick<RolloutState, "id" | "environment" | "flag" | "service" | "state">;

/**
 * One rollout per flag, one gamble per service: what stands before this one, `null` when it may start.
 *
 * @param others active rollouts of every environment, oldest first; those behind the newcomer do not block it
 */
export function blockedBy(newcomer: Newcomer, others: readonly Other[]): QueueReason | null {
  const isNew = others.every((other) => other.id !== newcomer.id);
  const index = others.findIndex((other) => other.id === newcomer.id);
  const ahead = others.filter((other, at) => isInFlight(other) || (other.state === "queued" && (isNew || at < index)));
  const blocking = ahead.filter(
    (other) => other.id !== newcomer.id && other.environment === newcomer.environment && isRival(newcomer, other),
  );
  const first = blocking[0];
  if (!first) return null;

  const why =
    first.flag === newcomer.flag
      ? `Another rollout of ${first.flag} is ${first.state}: one at a time.`
      : `A rollout of ${first.flag}, also of the service ${first.service}, is ${first.state}: one gamble at a time.`;
  return { rolloutId: first.id, flag: first.flag, why, position: blocking.length };
}

function isRival(newcomer: Newcomer, other: Other): boolean {
  if (other.flag === newcomer.flag) return true;
  return newcomer.alongside === null && newcomer.service !== "" && other.service === newcomer.service;
}

/**
 * Whether a candidate that was rolled back may be tried again without a person's word.
 *
 * @param rollbacks ends of earlier rollouts of the same flag, environment, candidate and value that were rolled back
 * @returns why not, or `null`
 */
export function coolingDown(rollbacksAtMs: readonly number[], nowMs: number): string | null {
  const last = Math.max(...rollbacksAtMs);
  if (rollbacksAtMs.length === 0) return null;
  if (rollbacksAtMs.length > 1)
    return `this candidate was rolled back ${rollbacksAtMs.length} times: trying it again needs a person's word (despiteRollback)`;
  const leftMs = last + COOL_DOWN_MS - nowMs;
  if (leftMs <= 0) return null;
  return `this candidate was rolled back ${Math.ceil((nowMs - last) / 60_000)} min ago: wait ${Math.ceil(leftMs / 60_000)} min, or say why it is safe now (despiteRollback)`;
}

/** What stands when a rollout is asked for. */
export type AdmissionFacts = {
  /** Active rollouts of the installation. */
  readonly activeRollouts: number;
  /** What this rollout and the active ones of its environment add to the published document. */
  readonly publishedBytes: number;
  /** Ends of earlier rollouts of the same candidate and value that were rolled back. */
  readonly rollbacksAtMs: readonly number[];
};

export type AdmissionRefusal = {
  readonly code: "limit-reached" | "candidate-cooling-down";
  readonly detail: string;
};

/** Why a well-formed rollout may not even be queued now, the gravest first; empty when it may. */
export function admissionRefusals(
  request: Pick<RolloutRequest, "environment" | "candidate" | "despiteRollback">,
  facts: AdmissionFacts,
  nowMs: number,
): AdmissionRefusal[] {
  const refusals: AdmissionRefusal[] = [];
  if (facts.activeRollouts >= ACTIVE_ROLLOUTS_MAX)
    refusals.push({ code: "limit-reached", detail: `${ACTIVE_ROLLOUTS_MAX} rollouts are active: end some first.` });
  if (facts.publishedBytes > ROLLOUTS_BYTES_MAX)
    refusals.push({
      code: "limit-reached",
      detail: `The active rollouts of ${request.environment} would add more than ${ROLLOUTS_BYTES_MAX} bytes to what providers take in one message: end some first, or shorten the audiences.`,
    });
  const why = request.despiteRollback === null ? coolingDown(facts.rollbacksAtMs, nowMs) : null;
  if (why !== null)
    refusals.push({ code: "candidate-cooling-down", detail: `"${request.candidate}" cannot start: ${why}.` });
  return refusals;
}
