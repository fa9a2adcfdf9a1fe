import type { Kysely, Selectable } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { Actor, StoredEvent } from "./event.ts";
import { type EventFilter, matches } from "./filter.ts";

export type EventQuery = EventFilter & {
  readonly afterSeq?: number;
  readonly beforeSeq?: number;
  readonly limit: number;
  readonly order: "asc" | "desc";
};

export async function readEvents(db: Kysely<Tables>, query: EventQuery): Promise<readonly StoredEvent[]> {
  const { afterSeq, beforeSeq, limit, order, ...filter } = query;
  let select = db.selectFrom("event").selectAll().orderBy("seq", order).limit(limit);
  if (afterSeq !== undefined) select = select.where("seq", ">", afterSeq);
  if (beforeSeq !== undefined) select = select.where("seq", "<", beforeSeq);
  return (await select.where((where) => matches(where, filter)).execute()).map(toStoredEvent);
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

function toStoredEvent(row: Selectable<Tables["event"]>): StoredEvent {
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
