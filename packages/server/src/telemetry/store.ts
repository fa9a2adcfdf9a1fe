import { type ArmCounts, NO_COUNTS, type TelemetrySource } from "@steadfast/core/guard/counts";
import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";
import type { Kysely, Transaction } from "kysely";
import { portions } from "../db/portions.ts";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { type ArmKey, type Arrival, pairOf } from "./counted-arms.ts";
import type { TimedCounts } from "./history-ring.ts";
import type { StoredTraffic } from "./traffic-ring.ts";

/** A node's history counts only while it is this fresh: an older one is a node that is gone, or a flag without traffic. */
const HISTORY_FRESH_MS = 15 * 60_000;
/** Rows older than this are deleted. */
const TELEMETRY_KEPT_MS = 60 * 60_000;

/** 7 columns × 512 rows lies far below SQLite's 32,766 and PostgreSQL's 65,535 parameters, and is some 400 kB. */
const ROWS_PER_INSERT = 512;

/** A flag's name can never be empty: the row of this name holds the id of the last batch a node wrote. */
const LAST_BATCH = { environment: "", flag: "", variant: "", source: "batch" } as const;

/** What arrived, by `environment/flag`, source and variant. */
export type TakenArrivals = Map<string, Map<TelemetrySource, Map<string, ArmCounts>>>;

type HistoryRow = ArmKey & { readonly counts: TimedCounts; readonly traffic: StoredTraffic };

export async function insertArrivals(
  trx: Transaction<Tables>,
  node: string,
  arrivals: readonly Arrival[],
  nowMs: number,
): Promise<void> {
  for (const portion of portions(arrivals, ROWS_PER_INSERT)) {
    const rows = portion.map(({ environment, flag, variant, source, counts }) => ({
      node,
      environment,
      flag,
      variant,
      source,
      counts: JSON.stringify(counts),
      arrived_at_ms: nowMs,
    }));
    await trx.insertInto("telemetry_arrival").values(rows).execute();
  }
}

export async function readLastBatch(trx: Transaction<Tables>, node: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom("telemetry_history")
    .select("counts")
    .where("node", "=", node)
    .where("environment", "=", LAST_BATCH.environment)
    .where("flag", "=", LAST_BATCH.flag)
    .where("source", "=", LAST_BATCH.source)
    .executeTakeFirst();
  return row && readStoredJson<{ id: string }>(row.counts).id;
}

export async function writeLastBatch(trx: Transaction<Tables>, node: string, id: string, nowMs: number): Promise<void> {
  await upsertHistoryRow(trx, {
    node,
    ...LAST_BATCH,
    counts: JSON.stringify({ id }),
    seconds: 0,
    updated_at_ms: nowMs,
  });
}

export async function upsertHistory(
  trx: Transaction<Tables>,
  node: string,
  rows: readonly HistoryRow[],
  nowMs: number,
): Promise<void> {
  for (const { environment, flag, variant, source, counts, traffic } of rows) {
    const { seconds, ...armCounts } = counts;
    await upsertHistoryRow(trx, {
      node,
      environment,
      flag,
      variant,
      source,
      counts: JSON.stringify({ ...armCounts, traffic }),
      seconds,
      updated_at_ms: nowMs,
    });
  }
}

async function upsertHistoryRow(trx: Transaction<Tables>, row: Tables["telemetry_history"]): Promise<void> {
  const { counts, seconds, updated_at_ms } = row;
  await trx
    .insertInto("telemetry_history")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(["node", "environment", "flag", "variant", "source"])
        .doUpdateSet({ counts, seconds, updated_at_ms }),
    )
    .execute();
}

/** The last minutes of one arm over all nodes. Nodes count at the same time, so `seconds` is the longest of theirs. */
export async function readHistory(trx: Kysely<Tables>, key: ArmKey, nowMs: number): Promise<TimedCounts> {
  const rows = await trx
    .selectFrom("telemetry_history")
    .select(["counts", "seconds"])
    .where("environment", "=", key.environment)
    .where("flag", "=", key.flag)
    .where("variant", "=", key.variant)
    .where("source", "=", key.source)
    .where("updated_at_ms", ">", nowMs - HISTORY_FRESH_MS)
    .orderBy("node")
    .execute();
  return rows.reduce<TimedCounts>(
    (sum, row) => ({
      ...mergeArmCounts(sum, readStoredJson<ArmCounts>(row.counts)),
      seconds: Math.max(sum.seconds, row.seconds),
    }),
    { ...NO_COUNTS, seconds: 0 },
  );
}

/** What the other nodes count in an environment, updated since `sinceMs`. */
export async function readOtherNodes(db: Kysely<Tables>, node: string, environment: string, sinceMs: number) {
  const rows = await db
    .selectFrom("telemetry_history")
    .select(["flag", "variant", "source", "counts", "seconds", "updated_at_ms"])
    .where("environment", "=", environment)
    .where("node", "!=", node)
    .where("updated_at_ms", ">", sinceMs)
    .execute();
  return rows.map((row) => ({
    environment,
    flag: row.flag,
    variant: row.variant,
    source: sourceOf(row.source),
    counts: { ...readStoredJson<ArmCounts>(row.counts), seconds: row.seconds },
    lastMs: row.updated_at_ms,
  }));
}

/**
 * Deletes and returns what arrived for these flags since the last time, merged over nodes.
 *
 * @param pairs `environment/flag`
 */
export async function takeArrivals(trx: Transaction<Tables>, pairs: ReadonlySet<string>): Promise<TakenArrivals> {
  const taken: TakenArrivals = new Map();
  for (const [environment, flags] of byEnvironment(pairs)) {
    const rows = await trx
      .deleteFrom("telemetry_arrival")
      .where("environment", "=", environment)
      .where("flag", "in", flags)
      .returning(["id", "flag", "variant", "source", "counts"])
      .execute();
    // Neither engine promises an order of RETURNING; sums do not depend on it, the order of keys in a record does.
    rows.sort((a, b) => a.id - b.id);
    for (const row of rows) addTaken(taken, pairOf({ environment, flag: row.flag }), row);
  }
  return taken;
}

function addTaken(taken: TakenArrivals, pair: string, row: { variant: string; source: string; counts: string }): void {
  const source = sourceOf(row.source);
  const bySource = taken.get(pair) ?? new Map<TelemetrySource, Map<string, ArmCounts>>();
  const byVariant = bySource.get(source) ?? new Map<string, ArmCounts>();
  const counts = readStoredJson<ArmCounts>(row.counts);
  const known = byVariant.get(row.variant);
  byVariant.set(row.variant, known ? mergeArmCounts(known, counts) : counts);
  bySource.set(source, byVariant);
  taken.set(pair, bySource);
}

/** Deletes arrivals which nobody judges, and the history of nodes and flags that are gone. */
export async function pruneTelemetry(
  trx: Transaction<Tables>,
  watched: ReadonlySet<string>,
  nowMs: number,
): Promise<void> {
  const beforeMs = nowMs - TELEMETRY_KEPT_MS;
  const stale = await trx
    .selectFrom("telemetry_arrival")
    .select(["environment", "flag"])
    .distinct()
    .where("arrived_at_ms", "<", beforeMs)
    .execute();
  for (const { environment, flag } of stale) {
    if (watched.has(pairOf({ environment, flag }))) continue;
    await trx
      .deleteFrom("telemetry_arrival")
      .where("environment", "=", environment)
      .where("flag", "=", flag)
      .where("arrived_at_ms", "<", beforeMs)
      .execute();
  }
  await trx.deleteFrom("telemetry_history").where("updated_at_ms", "<", beforeMs).execute();
}

function byEnvironment(pairs: ReadonlySet<string>): Map<string, string[]> {
  const flagsOf = new Map<string, string[]>();
  for (const pair of pairs) {
    const slash = pair.indexOf("/");
    const environment = pair.slice(0, slash);
    const flags = flagsOf.get(environment) ?? [];
    flags.push(pair.slice(slash + 1));
    flagsOf.set(environment, flags);
  }
  return flagsOf;
}

function sourceOf(text: string): TelemetrySource {
  return text === "observations" ? "observations" : "spans";
}
