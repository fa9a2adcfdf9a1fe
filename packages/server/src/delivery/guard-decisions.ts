import type { Kysely } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { Actor } from "../journal/event.ts";

/** A rollout of four stages has five decisions: a hundred rollouts in the window. */
const DECISIONS_MAX = 500;
const GUARD_ID = "guard";

const DID = {
  "rollout.stage-entered": "advanced",
  "rollout.completed": "completed",
  "rollout.paused": "froze",
  "rollout.rolled-back": "rolled back",
} as const;

export type GuardDecision = {
  readonly rolloutId: string;
  readonly flag: string;
  readonly did: (typeof DID)[keyof typeof DID];
  readonly atMs: number;
  /** Why, in the guard's words. */
  readonly sentence: string;
};

type DecisionsOf = {
  readonly service: string;
  readonly environment: string;
  readonly fromMs: number;
  readonly toMs: number;
};

/** What the guard did by itself to the rollouts of a service, by time: the newest 500, of how many. What people did is not among it. */
export async function readGuardDecisions(
  db: Kysely<Tables>,
  of: DecisionsOf,
): Promise<{ readonly decisions: GuardDecision[]; readonly total: number }> {
  const rows = await eventsOfGuard(db, of)
    .select(["stream", "type", "data", "actor", "occurred_at_ms"])
    .orderBy("seq", "desc")
    .limit(DECISIONS_MAX)
    .execute();
  const decisions = rows.reverse().flatMap(({ stream, type, data, actor, occurred_at_ms: atMs }) => {
    const did = didOf(type);
    if (did === undefined || !isGuard(readStoredJson<Actor>(actor))) return [];
    const { flag, sentence } = readStoredJson<{ readonly flag: string; readonly sentence: string }>(data);
    return [{ rolloutId: stream.slice("rollout/".length), flag, did, atMs, sentence }];
  });
  return { decisions, total: rows.length < DECISIONS_MAX ? decisions.length : await countAll(db, of) };
}

async function countAll(db: Kysely<Tables>, of: DecisionsOf): Promise<number> {
  const { count } = await eventsOfGuard(db, of)
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function eventsOfGuard(db: Kysely<Tables>, of: DecisionsOf) {
  return db
    .selectFrom("event")
    .where("stream", "in", (query) =>
      query
        .selectFrom("rollout")
        .select((select) => select(select.val("rollout/"), "||", select.ref("id")).as("stream"))
        .where("environment", "=", of.environment)
        .where("service", "=", of.service),
    )
    .where("actor_id", "=", GUARD_ID)
    .where("type", "in", Object.keys(DID))
    .where("occurred_at_ms", ">=", of.fromMs)
    .where("occurred_at_ms", "<", of.toMs);
}

function didOf(type: string): GuardDecision["did"] | undefined {
  return Object.entries(DID).find(([name]) => name === type)?.[1];
}

function isGuard({ kind, id }: Actor): boolean {
  return kind === "system" && id === GUARD_ID;
}
