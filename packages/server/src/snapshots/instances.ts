import type { Database } from "../db/database.ts";

/** An instance that has not been heard of for this long is gone. A provider says what it applied at least every minute or two. */
export const INSTANCE_FORGOTTEN_AFTER_MS = 10 * 60_000;

/** Instances remembered per environment: 10,000 providers on one node are the design's figure. */
export const INSTANCES_MAX = 20_000;

export type Applied = {
  readonly environment: string;
  readonly instance: string;
  readonly name: string;
  readonly version: number;
};

/**
 * Remembers which snapshot an instance applied. Beyond `INSTANCES_MAX` a new instance is not remembered.
 *
 * @returns from the change to now, milliseconds; `null` when it is not new: the instance's first word, or a repeated one
 */
export async function acknowledge(database: Database, applied: Applied, nowMs: number): Promise<number | null> {
  const { environment, instance: id, name, version } = applied;
  const before = await database.db
    .selectFrom("instance")
    .select(["applied_version", "applied_lag_ms"])
    .where("environment", "=", environment)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!before && (await countInstances(database, environment)) >= INSTANCES_MAX) return null;

  const isNews = before !== undefined && before.applied_version !== version;
  const changedAtMs = isNews ? await readChangedAt(database, version) : undefined;
  const lagMs = changedAtMs === undefined ? null : Math.max(0, nowMs - changedAtMs);
  const row = {
    name,
    applied_version: version,
    applied_lag_ms: isNews ? lagMs : (before?.applied_lag_ms ?? null),
    seen_at_ms: nowMs,
  };
  await database.db
    .insertInto("instance")
    .values({ environment, id, ...row })
    .onConflict((conflict) => conflict.columns(["environment", "id"]).doUpdateSet(row))
    .execute();
  return lagMs;
}

async function countInstances(database: Database, environment: string): Promise<number> {
  const row = await database.db
    .selectFrom("instance")
    .select((select) => select.fn.countAll<number>().as("instances"))
    .where("environment", "=", environment)
    .executeTakeFirst();
  return Number(row?.instances ?? 0);
}

/** A snapshot's version is the `seq` of the event that made it: known on every node, also on one that is behind. */
async function readChangedAt(database: Database, version: number): Promise<number | undefined> {
  const event = await database.db
    .selectFrom("event")
    .select("occurred_at_ms")
    .where("seq", "=", version)
    .executeTakeFirst();
  return event?.occurred_at_ms;
}

export type InstancesQuery = {
  readonly environment: string;
  /** The environment's snapshot, as this node knows it. */
  readonly currentVersion: number;
  readonly limit: number;
};

/** Those heard of lately: furthest behind first, so that a few of very many are the ones worth a look. */
export async function readInstances(database: Database, { environment, limit }: InstancesQuery, nowMs: number) {
  const rows = await heardLately(database, environment, nowMs)
    .selectAll()
    .orderBy("applied_version")
    .orderBy("seen_at_ms", "desc")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    appliedVersion: row.applied_version,
    appliedLagMs: row.applied_lag_ms,
    seenAt: new Date(row.seen_at_ms).toISOString(),
  }));
}

/** All of them in three figures, also when there are thousands. One pass over the environment's instances. */
export async function summariseInstances(
  database: Database,
  { environment, currentVersion }: InstancesQuery,
  nowMs: number,
): Promise<{ total: number; upToDate: number; slowestLagMs: number | null }> {
  const row = await heardLately(database, environment, nowMs)
    .select(({ fn }) => [
      fn.countAll<number>().as("total"),
      fn.countAll<number>().filterWhere("applied_version", ">=", currentVersion).as("up_to_date"),
      fn.max("applied_lag_ms").as("slowest_lag_ms"),
    ])
    .executeTakeFirstOrThrow();
  const slowest = row.slowest_lag_ms;
  return {
    total: Number(row.total),
    upToDate: Number(row.up_to_date),
    slowestLagMs: slowest === null ? null : Number(slowest),
  };
}

function heardLately(database: Database, environment: string, nowMs: number) {
  return database.db
    .selectFrom("instance")
    .where("environment", "=", environment)
    .where("seen_at_ms", ">", nowMs - INSTANCE_FORGOTTEN_AFTER_MS);
}

/** Forgets instances that are gone. */
export async function pruneInstances(database: Database, nowMs: number): Promise<void> {
  await database.db
    .deleteFrom("instance")
    .where("seen_at_ms", "<", nowMs - INSTANCE_FORGOTTEN_AFTER_MS)
    .execute();
}
