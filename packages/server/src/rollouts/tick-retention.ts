import type { Database } from "../db/database.ts";

/** The counts a rollout was judged on are kept this long after its end; its events stay for ever. */
export const TICKS_KEPT_MS = 90 * 86_400_000;

/** Some 4 MB: SQLite is held for about 20 ms. */
const TICKS_PER_STATEMENT = 2_000;

/** 100,000 ticks a run: in the minute between two runs, 1,000 rollouts make 60,000. */
const STATEMENTS_PER_RUN = 50;

/** When the ticks of a rollout are deleted; `null`: not before it has ended. */
export function ticksKeptUntilMs(rollout: { readonly endedAtMs: number | null }): number | null {
  return rollout.endedAtMs === null ? null : rollout.endedAtMs + TICKS_KEPT_MS;
}

/** Deletes what nobody can ask for any more: the ticks of rollouts that ended long ago, and the guard's last state. */
export async function pruneTicks(database: Database, nowMs: number): Promise<void> {
  const { db } = database;
  await db
    .deleteFrom("rollout_fault")
    .where("rollout_id", "not in", (select) => select.selectFrom("rollout").select("id").where("is_active", "=", 1))
    .execute();
  const ended = await db
    .selectFrom("rollout_checkpoint")
    .innerJoin("rollout", "rollout.id", "rollout_checkpoint.rollout_id")
    .select("rollout.id")
    .where("rollout.is_active", "=", 0)
    .where("rollout.ended_at_ms", "<", nowMs - TICKS_KEPT_MS)
    .orderBy("rollout.ended_at_ms")
    .limit(STATEMENTS_PER_RUN)
    .execute();
  let statementsLeft = STATEMENTS_PER_RUN;
  for (const { id } of ended) {
    for (let isMore = true; isMore; statementsLeft -= 1) {
      if (statementsLeft === 0) return;
      isMore = await deleteSomeTicks(database, id);
    }
    // Last, because it is what this rollout is found by.
    await db.deleteFrom("rollout_checkpoint").where("rollout_id", "=", id).execute();
  }
}

/** @returns whether there may be more */
async function deleteSomeTicks({ db }: Database, rolloutId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("rollout_tick")
    .where("rollout_id", "=", rolloutId)
    .where("tick", "in", (select) =>
      select
        .selectFrom("rollout_tick")
        .select("tick")
        .where("rollout_id", "=", rolloutId)
        .orderBy("tick")
        .limit(TICKS_PER_STATEMENT),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === TICKS_PER_STATEMENT;
}
