import type { Transaction } from "kysely";
import { insertRows, type RowValues } from "../db/insert-rows.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance, StoredEvent, StreamAppend } from "./event.ts";

const COLUMNS = {
  ...({ seq: "bigint", id: "text", stream: "text", version: "bigint", type: "text" } as const),
  ...({ data: "text", actor: "text", reason: "text", occurred_at_ms: "bigint" } as const),
};

type Clock = { readonly nowMs: number; readonly newId: (prefix: string) => string };

/**
 * Writes events. The update of the one `journal_head` row serialises all appends until they commit, so that a
 * reader who sees `seq` n has seen everything before n, and a stream's version can be read without a race.
 *
 * @throws {ProblemError} `write-conflict`
 */
export async function appendEvents(
  trx: Transaction<Tables>,
  appends: readonly StreamAppend[],
  provenance: Provenance,
  clock: Clock,
): Promise<readonly StoredEvent[]> {
  const count = appends.reduce((sum, append) => sum + append.events.length, 0);
  if (count === 0) return [];
  const head = await trx
    .updateTable("journal_head")
    .set((update) => ({ seq: update("seq", "+", count) }))
    .where("id", "=", 1)
    .returning("seq")
    .executeTakeFirstOrThrow();

  const versions = new Map<string, number>();
  const stored: StoredEvent[] = [];
  for (const append of appends) {
    const version = versions.get(append.stream) ?? (await readVersion(trx, append.stream));
    if (append.expectedVersion !== "any" && version !== append.expectedVersion) throw conflict(append, version);
    for (const [index, event] of append.events.entries()) {
      stored.push({
        ...event,
        seq: head.seq - count + stored.length + 1,
        id: clock.newId("evt"),
        stream: append.stream,
        version: version + index + 1,
        actor: provenance.actor,
        reason: provenance.reason,
        occurredAtMs: clock.nowMs,
      });
    }
    versions.set(append.stream, version + append.events.length);
  }
  await insertRows(trx, { table: "event", columns: COLUMNS }, stored.map(toRow));
  return stored;
}

async function readVersion(trx: Transaction<Tables>, stream: string): Promise<number> {
  const row = await trx
    .selectFrom("event")
    .select("version")
    .where("stream", "=", stream)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.version ?? 0;
}

function conflict(append: StreamAppend, version: number): ProblemError {
  return new ProblemError(
    "write-conflict",
    `${append.stream} is at version ${version}, not ${append.expectedVersion}: somebody else wrote in between. Read it again, then decide.`,
  );
}

/** In the order of `COLUMNS`. */
function toRow({ seq, id, stream, version, type, data, actor, reason, occurredAtMs }: StoredEvent): RowValues {
  return [seq, id, stream, version, type, JSON.stringify(data), JSON.stringify(actor), reason, occurredAtMs];
}
