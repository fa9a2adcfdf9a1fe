import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import { type GuardState, judgeTick, startGuard } from "@steadfast/core/guard/judge";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import type { Kysely, Transaction } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { storeReading } from "./tick-reading.ts";

/** The guard of one rollout as it stands after a tick. */
export type GuardMemory = { readonly state: GuardState; readonly decision: Decision | null };

/** A restart replays at most this many ticks; a checkpoint is about 10 kB. */
const TICKS_PER_CHECKPOINT = 30;

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
};

/**
 * Stores what was judged. `isShared`: other nodes show the decision too, so it is written each second.
 */
export async function storeTicks(
  trx: Transaction<Tables>,
  judged: readonly JudgedTick[],
  isShared: boolean,
): Promise<void> {
  if (judged.length === 0) return;
  const rows = judged.map(({ rolloutId, tick, memory }) => ({
    rollout_id: rolloutId,
    tick: tick.tick,
    body: JSON.stringify(tick),
    verdict: memory.decision.verdict,
    log_evidence: memory.decision.logEvidence,
    reading: storeReading(memory.decision),
  }));
  await trx.insertInto("rollout_tick").values(rows).execute();

  for (const { rolloutId, tick, memory, isTurningPoint } of judged) {
    const decision = JSON.stringify(memory.decision);
    const isDue = isTurningPoint || tick.tick % TICKS_PER_CHECKPOINT === 1;
    if (isDue) {
      const row = { tick: tick.tick, state: JSON.stringify(memory.state), decision };
      await trx
        .insertInto("rollout_checkpoint")
        .values({ rollout_id: rolloutId, ...row })
        .onConflict((conflict) => conflict.column("rollout_id").doUpdateSet(row))
        .execute();
    } else if (isShared) {
      await trx.updateTable("rollout_checkpoint").set({ decision }).where("rollout_id", "=", rolloutId).execute();
    }
  }
}
