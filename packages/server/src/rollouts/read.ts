import type { Decision } from "@steadfast/core/guard/decision";
import { blockedBy } from "@steadfast/core/rollouts/admission";
import { personNeeded } from "@steadfast/core/rollouts/needs-person";
import { isWatched, type RolloutState } from "@steadfast/core/rollouts/state";
import type { Kysely } from "kysely";
import type { z } from "zod";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { StoredEvent } from "../journal/event.ts";
import type { JudgingFault } from "./judging-faults.ts";
import type { decision, decisionRecord, rollout } from "./schemas.ts";

export type Rollout = z.infer<typeof rollout>;
type DecisionResource = z.infer<typeof decision>;
type DecisionRecord = z.infer<typeof decisionRecord>;

/** Works inside and outside a transaction. */
type Json = z.infer<ReturnType<typeof z.json>>;

type Reader = Kysely<Tables>;

export async function loadRollout(db: Reader, id: string): Promise<RolloutState> {
  const row = await db.selectFrom("rollout").select("body").where("id", "=", id).executeTakeFirst();
  if (!row)
    throw new ProblemError(
      "rollout-not-found",
      `There is no rollout "${id}". List them: GET /api/v1/rollouts, or steadfast rollout list.`,
    );
  return readStoredJson<RolloutState>(row.body);
}

/** What is asked about all active rollouts each second, without their bodies of some 10 kB. */
export type ActiveRollout = Pick<RolloutState, "id" | "environment" | "flag" | "service" | "state"> & {
  /** 0 in the queue. */
  readonly startedAtMs: number;
};

/** Queued, running, paused, and completed but watched; oldest first, which is the queue's order. */
export async function listActive(db: Reader): Promise<ActiveRollout[]> {
  const rows = await db
    .selectFrom("rollout")
    .select(["id", "environment", "flag", "service", "state", "started_at_ms"])
    .where("is_active", "=", 1)
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
  return rows.map(({ started_at_ms, ...row }) => ({
    ...row,
    state: storedAs<RolloutState["state"]>(row.state),
    startedAtMs: started_at_ms ?? 0,
  }));
}

/** True for an active rollout that the guard judges: all but those in the queue. */
export function isJudged(active: ActiveRollout): boolean {
  return active.state !== "queued";
}

/** The active rollouts of an environment, or of one flag in it; oldest first. */
export async function readActive(
  db: Reader,
  of: { readonly environment: string; readonly flag?: string },
): Promise<RolloutState[]> {
  const { environment, flag } = of;
  const rows = await db
    .selectFrom("rollout")
    .select("body")
    .where("is_active", "=", 1)
    .where("environment", "=", environment)
    .$if(flag !== undefined, (select) => select.where("flag", "=", flag ?? ""))
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
  return rows.map((row) => readStoredJson<RolloutState>(row.body));
}

/** In the order of their ids. */
export async function readRollouts(db: Reader, ids: readonly string[]): Promise<RolloutState[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom("rollout").select("body").where("id", "in", ids).orderBy("id").execute();
  return rows.map((row) => readStoredJson<RolloutState>(row.body));
}

/** What was judged after a tick, oldest first. */
export async function readTicks(
  db: Reader,
  rolloutId: string,
  afterTick: number,
  limit: number,
): Promise<{ tick: number; body: Json; verdict: string; logEvidence: number }[]> {
  const rows = await db
    .selectFrom("rollout_tick")
    .select(["tick", "body", "verdict", "log_evidence"])
    .where("rollout_id", "=", rolloutId)
    .where("tick", ">", afterTick)
    .orderBy("tick")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    tick: row.tick,
    body: readStoredJson<Json>(row.body),
    verdict: row.verdict,
    logEvidence: row.log_evidence,
  }));
}

export type RolloutQuery = {
  readonly environment: string | undefined;
  readonly flag: string | undefined;
  readonly state: string | undefined;
  readonly active: boolean | undefined;
  readonly endedAfterMs?: number;
  readonly after: string | undefined;
  readonly limit: number;
};

/** Newest first; ids are ordered by time. */
export async function queryRollouts(
  db: Reader,
  query: RolloutQuery,
): Promise<{ states: RolloutState[]; next: string | null }> {
  const { environment, flag, state, after, active, endedAfterMs } = query;
  const rows = await db
    .selectFrom("rollout")
    .select(["id", "body"])
    .$if(environment !== undefined, (select) => select.where("environment", "=", environment ?? ""))
    .$if(flag !== undefined, (select) => select.where("flag", "=", flag ?? ""))
    .$if(state !== undefined, (select) => select.where("state", "=", state ?? ""))
    .$if(active !== undefined, (select) => select.where("is_active", "=", active ? 1 : 0))
    .$if(endedAfterMs !== undefined, (select) =>
      select.where((where) => where.or([where("is_active", "=", 1), where("ended_at_ms", ">", endedAfterMs ?? 0)])),
    )
    .$if(after !== undefined, (select) => select.where("id", "<", after ?? ""))
    .orderBy("id", "desc")
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  return {
    states: page.map((row) => readStoredJson<RolloutState>(row.body)),
    next: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** What a rollout is shown with, beside its own state. */
export type Surroundings = {
  /** The guard's last decision. */
  readonly latest: Decision | null;
  readonly fault: JudgingFault | null;
  /** All active rollouts, needed while it is queued. */
  readonly active: readonly ActiveRollout[];
};

/** A rollout as the API shows it. */
export function toRollout(state: RolloutState, { latest, fault, active }: Surroundings): Rollout {
  return {
    id: state.id,
    kind: state.kind,
    environment: state.environment,
    flag: state.flag,
    service: state.service,
    baseline: state.baseline,
    candidate: state.candidate,
    state: state.state,
    stage: state.stage + 1,
    share: state.share,
    stages: storedAs<Rollout["stages"]>(state.stages),
    guard: {
      alpha: state.guard.alpha,
      signals: state.guard.signals.map(({ name, kind, source, weight, tolerance }) => ({
        name,
        kind,
        source,
        weight,
        tolerance,
      })),
    },
    onRegression: state.onRegression,
    mode: state.mode,
    reason: state.reason,
    startedBy: state.startedBy,
    createdAt: iso(state.createdAtMs),
    startedAt: isoOrNull(state.startedAtMs),
    stageSince: isoOrNull(state.stageSinceMs),
    endedAt: isoOrNull(state.endedAtMs),
    endReason: state.endReason,
    endedBy: state.endedBy,
    watchedUntil: isoOrNull(state.watchedUntilMs),
    waitsFor: state.state === "queued" ? blockedBy(state, active) : null,
    judgingFault: fault && isWatched(state) ? { since: iso(fault.sinceMs), message: fault.message } : null,
    needsPerson: personNeeded(state, latest, fault?.message ?? null),
    decision: latest && toDecision(latest),
    signals: latest ? [...latest.signals] : [],
    shadow: latest?.shadow ?? null,
    salt: state.salt,
    bucketing: state.bucketing,
    version: state.version,
  };
}

function toDecision(latest: Decision): DecisionResource {
  const { verdict, sentence, tick, share, evidence, logEvidence, gate } = latest;
  return {
    verdict,
    cause: plainCause(latest.cause),
    sentence,
    at: iso(latest.atMs),
    tick,
    stage: latest.stage + 1,
    share,
    evidence,
    logEvidence,
    // A decision that was stored before its gate named a signal names none.
    gate: { ...gate, signal: gate.signal ?? null },
  };
}

/** A signal is called by its name: `errors`, not `signal:errors`. */
function plainCause(cause: string): string {
  return cause.startsWith("signal:") ? cause.slice("signal:".length) : cause;
}

/** A `rollout.judged` event as the API shows it. */
export function toDecisionRecord(event: StoredEvent): DecisionRecord {
  const { decision: judged, acted } = storedAs<{ decision: Decision; acted: boolean }>(event.data);
  return { ...toDecision(judged), seq: event.seq, acted, notified: judged.isNotified, signals: [...judged.signals] };
}

const iso = (ms: number) => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));
