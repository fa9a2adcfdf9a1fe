import type { ExpressionBuilder, Kysely } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { Actor, StoredEvent } from "./event.ts";

export type EventQuery = {
  readonly afterSeq?: number;
  readonly beforeSeq?: number;
  readonly stream?: string;
  /** A whole type, or a prefix that ends with a dot. */
  readonly type?: string;
  /** Only what belongs to this environment: its own stream, its flags, its rollouts. */
  readonly environment?: string | null;
  readonly limit: number;
  readonly order: "asc" | "desc";
};

export async function readEvents(db: Kysely<Tables>, query: EventQuery): Promise<readonly StoredEvent[]> {
  const { afterSeq, beforeSeq, stream, type, environment, limit, order } = query;
  let select = db.selectFrom("event").selectAll().orderBy("seq", order).limit(limit);
  if (afterSeq !== undefined) select = select.where("seq", ">", afterSeq);
  if (beforeSeq !== undefined) select = select.where("seq", "<", beforeSeq);
  if (stream !== undefined) select = select.where("stream", "=", stream);
  if (type?.endsWith(".")) select = select.where((where) => startsWith(where, "type", type));
  else if (type !== undefined) select = select.where("type", "=", type);
  if (typeof environment === "string") select = select.where((where) => belongsTo(where, environment));
  return (await select.execute()).map(toStoredEvent);
}

export async function readStreamEvents(
  db: Kysely<Tables>,
  stream: string,
  range: { readonly afterVersion?: number; readonly limit?: number },
): Promise<readonly StoredEvent[]> {
  let select = db.selectFrom("event").selectAll().where("stream", "=", stream).orderBy("version", "asc");
  if (range.afterVersion !== undefined) select = select.where("version", ">", range.afterVersion);
  if (range.limit !== undefined) select = select.limit(range.limit);
  return (await select.execute()).map(toStoredEvent);
}

export async function readHeadSeq(db: Kysely<Tables>): Promise<number> {
  const head = await db.selectFrom("journal_head").select("seq").where("id", "=", 1).executeTakeFirst();
  return head?.seq ?? 0;
}

function toStoredEvent(row: Tables["event"]): StoredEvent {
  return {
    seq: row.seq,
    id: row.id,
    stream: row.stream,
    version: row.version,
    type: row.type,
    data: readStoredJson(row.data),
    actor: readStoredJson<Actor>(row.actor),
    reason: row.reason,
    occurredAtMs: row.occurred_at_ms,
  };
}

type Where = ExpressionBuilder<Tables, "event">;

function belongsTo(where: Where, environment: string) {
  return where.or([
    where("stream", "=", `environment/${environment}`),
    startsWith(where, "stream", `flag/${environment}/`),
    where(
      "stream",
      "in",
      where
        .selectFrom("rollout")
        .select((select) => select(select.val("rollout/"), "||", select.ref("id")).as("stream"))
        .where("rollout.environment", "=", environment),
    ),
  ]);
}

/** By range, which an index serves: text compares by bytes on both engines, and no key reaches U+FFFF. */
function startsWith(where: Where, column: "stream" | "type", prefix: string) {
  return where.and([where(column, ">=", prefix), where(column, "<", `${prefix}\u{ffff}`)]);
}
