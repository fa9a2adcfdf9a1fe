import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import { type GuardState, judgeTick, startGuard } from "@steadfast/core/guard/judge";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import type { PersonNeed } from "@steadfast/core/rollouts/needs-person";
import { type Kysely, sql, type Transaction } from "kysely";
import { portions } from "../db/portions.ts";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { storeReading } from "./tick-reading.ts";

/** The guard of one rollout as it stands after a tick. */
export type GuardMemory = { readonly state: GuardState; readonly decision: Decision | null };

/** A restart replays at most this many ticks; a checkpoint is about 10 kB. */
const TICKS_PER_CHECKPOINT = 30;

/** 0.6 MB a statement, and 256 of the 32,766 parameters that SQLite takes. */
const CHECKPOINTS_PER_STATEMENT = 64;

/** 0.3 MB a statement, and 1,536 parameters. */
const TICKS_PER_STATEMENT = 256;

/** Reads the last checkpoint and judges again what came after it: bit for bit where the guard stood. */
export async function loadGuard(trx: Kysely<Tables>, rolloutId: string, plan: GuardPlan): Promise<GuardMemory> {
  const checkpoint = await trx
    .selectFrom("rollout_checkpoint")
    .selectAll()
    .where("rollout_id", "=", rolloutId)
    .executeTakeFirst();
  let memory: GuardMemory = checkpoint
    ? { state: readStoredJson<GuardState>(checkpoint.state), decision: readStoredJson<Decision>(checkpoint.decision) }
    : { state: startGuard(plan), decision: null };

  const ticks = await trx
    .selectFrom("rollout_tick")
    .select("body")
    .where("rollout_id", "=", rolloutId)
    .where("tick", ">", memory.state.tick)
    .orderBy("tick")
    .execute();
  for (const row of ticks) memory = judgeTick(plan, memory.state, readStoredJson<GuardTick>(row.body));
  return memory;
}

/** The last decisions without the guard's state: what a page shows. */
export async function readDecisions(db: Kysely<Tables>, rolloutIds: readonly string[]): Promise<Map<string, Decision>> {
  if (rolloutIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("rollout_checkpoint")
    .select(["rollout_id", "decision"])
    .where("rollout_id", "in", rolloutIds)
    .execute();
  return new Map(rows.map((row) => [row.rollout_id, readStoredJson<Decision>(row.decision)]));
}

export type JudgedTick = {
  readonly rolloutId: string;
  readonly tick: GuardTick;
  readonly memory: GuardMemory & { readonly decision: Decision };
  /** The rollout ended, or entered a stage: worth a checkpoint of its own. */
  readonly isTurningPoint: boolean;
  readonly need: PersonNeed | null;
};

/**
 * Stores what was judged. `isShared`: other nodes show the decision too, so it is written each second.
 */
export async function storeTicks(
  trx: Transaction<Tables>,
  judged: readonly JudgedTick[],
  isShared: boolean,
): Promise<void> {
  for (const portion of portions(judged, TICKS_PER_STATEMENT)) {
    const rows = portion.map(({ rolloutId, tick, memory }) => ({
      rollout_id: rolloutId,
      tick: tick.tick,
      body: JSON.stringify(tick),
      verdict: memory.decision.verdict,
      log_evidence: memory.decision.logEvidence,
      reading: storeReading(memory.decision),
    }));
    await trx.insertInto("rollout_tick").values(rows).execute();
  }

  const due = judged.filter((each) => each.isTurningPoint || each.tick.tick % TICKS_PER_CHECKPOINT === 1);
  await storeCheckpoints(trx, due);
  if (!isShared) return;
  const isStored = new Set(due);
  await showDecisions(
    trx,
    judged.filter((each) => !isStored.has(each)),
  );
}

/** Rollouts that began in the same second are due in the same one: a statement each would be most of that second. */
async function storeCheckpoints(trx: Transaction<Tables>, judged: readonly JudgedTick[]): Promise<void> {
  for (const portion of portions(judged, CHECKPOINTS_PER_STATEMENT)) {
    const rows = portion.map(({ rolloutId, tick, memory }) => ({
      rollout_id: rolloutId,
      tick: tick.tick,
      state: JSON.stringify(memory.state),
      decision: JSON.stringify(memory.decision),
    }));
    await trx
      .insertInto("rollout_checkpoint")
      .values(rows)
      .onConflict((conflict) =>
        conflict.column("rollout_id").doUpdateSet((update) => ({
          tick: update.ref("excluded.tick"),
          state: update.ref("excluded.state"),
          decision: update.ref("excluded.decision"),
        })),
      )
      .execute();
  }
}

/** What other nodes show: the decisions alone, in one statement. */
async function showDecisions(trx: Transaction<Tables>, judged: readonly JudgedTick[]): Promise<void> {
  if (judged.length === 0) return;
  const rows = judged.map(({ rolloutId, memory }) => sql`(${rolloutId}, ${JSON.stringify(memory.decision)})`);
  await sql`
    with shown(rollout_id, decision) as (values ${sql.join(rows)})
    update rollout_checkpoint
    set decision = (select shown.decision from shown where shown.rollout_id = rollout_checkpoint.rollout_id)
    where rollout_id in (select rollout_id from shown)`.execute(trx);
}
