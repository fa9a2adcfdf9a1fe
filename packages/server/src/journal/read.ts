import type { Kysely, Selectable } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { Actor, StoredEvent } from "./event.ts";
import { type EventFilter, matches } from "./filter.ts";

export type EventQuery = EventFilter & {
  readonly afterSeq?: number;
  readonly beforeSeq?: number;
  readonly limit: number;
  readonly order: "asc" | "desc";
};

type EventRow = Selectable<Tables["event"]>;

export async function readEvents(db: Kysely<Tables>, query: EventQuery): Promise<readonly StoredEvent[]> {
  const { afterSeq, beforeSeq, limit, order, ...filter } = query;
  let select = db.selectFrom("event").selectAll().orderBy("seq", order).limit(limit);
  if (afterSeq !== undefined) select = select.where("seq", ">", afterSeq);
  if (beforeSeq !== undefined) select = select.where("seq", "<", beforeSeq);
  return (await select.where((where) => matches(where, filter)).execute()).map(toStoredEvent);
}

/** Events in their order, and the newest one's `seq` at the same moment, in one round trip. */
export async function readEventsAndHead(
  db: Kysely<Tables>,
  { afterSeq, limit, types }: { readonly afterSeq: number; readonly limit: number } & Pick<EventFilter, "types">,
): Promise<{ readonly events: readonly StoredEvent[]; readonly headSeq: number }> {
  const rows = await db
    .selectFrom("journal_head")
    .leftJoin(
      (from) =>
        from
          .selectFrom("event")
          .selectAll()
          .where("seq", ">", afterSeq)
          .where((where) => matches(where, { types }))
          .orderBy("seq")
          .limit(limit)
          .as("news"),
      (join) => join.onTrue(),
    )
    .select("journal_head.seq as headSeq")
    .selectAll("news")
    .where("journal_head.id", "=", 1)
    .orderBy("news.seq")
    .execute();
  // A left join's columns are all there or all missing.
  const events = rows.flatMap((row) => (row.seq === null ? [] : [toStoredEvent(storedAs<EventRow>(row))]));
  return { events, headSeq: rows[0]?.headSeq ?? 0 };
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

function toStoredEvent(row: EventRow): StoredEvent {
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
