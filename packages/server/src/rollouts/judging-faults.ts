import type { Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";

/** Why a rollout cannot be judged, and since when. */
export type JudgingFault = { readonly sinceMs: number; readonly message: string };

/** What an error says may be long; the whole of it stands in the log. */
const MESSAGE_MAX_CHARACTERS = 300;

/** Notes that a rollout could not be judged, so that every node can tell. Said again, the first time stays. */
export async function noteFault({ db }: Database, rolloutId: string, error: unknown, nowMs: number): Promise<void> {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_MAX_CHARACTERS);
  await db
    .insertInto("rollout_fault")
    .values({ rollout_id: rolloutId, since_ms: nowMs, message })
    .onConflict((conflict) => conflict.column("rollout_id").doUpdateSet({ message }))
    .execute();
}

/** They are judged again. */
export async function clearFaults({ db }: Database, rolloutIds: readonly string[]): Promise<void> {
  if (rolloutIds.length === 0) return;
  await db.deleteFrom("rollout_fault").where("rollout_id", "in", rolloutIds).execute();
}

export async function readFaults(
  db: Kysely<Tables>,
  rolloutIds: readonly string[],
): Promise<Map<string, JudgingFault>> {
  if (rolloutIds.length === 0) return new Map();
  const rows = await db.selectFrom("rollout_fault").selectAll().where("rollout_id", "in", rolloutIds).execute();
  return new Map(rows.map((row) => [row.rollout_id, { sinceMs: row.since_ms, message: row.message }]));
}
