import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { type SourceKind, sourceStream } from "./events.ts";

/** Organisations and groups that send webhooks. */
export const SOURCES_MAX = 200;

/** Kinds of events counted for a source: who sends more names than a forge has means no good. */
const TALLIED_EVENTS_MAX = 200;

const SECRET_BYTES = 32;

/** What became of a webhook's message. `unknown`: a type that nobody reads here. */
export type MessageOutcome = "told" | "ignored" | "unknown" | "refused";

export type Source = { readonly id: string; readonly kind: SourceKind; readonly secret: string };

/** @throws {ProblemError} `limit-reached` */
export async function connectSource(
  deps: { readonly journal: Journal; readonly newId: (prefix: string) => string },
  wanted: { readonly kind: SourceKind; readonly name: string; readonly secret?: string | undefined },
  provenance: Provenance,
): Promise<Source> {
  const { kind, name, secret = randomBytes(SECRET_BYTES).toString("base64url") } = wanted;
  const id = deps.newId("src");
  await deps.journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const active = await trx.selectFrom("delivery_source").select("id").where("removed_at_ms", "is", null).execute();
    if (active.length >= SOURCES_MAX) {
      throw new ProblemError("limit-reached", `There are ${SOURCES_MAX} sources already. Remove those not in use.`);
    }
    const event = { type: "source.connected", data: { id, kind, name } };
    await append([{ stream: sourceStream(id), expectedVersion: 0, events: [event] }], provenance);
    await trx.insertInto("delivery_source_secret").values({ source_id: id, secret }).execute();
  });
  return { id, kind, secret };
}

/** Its messages are refused from now on; what it told stays. @throws {ProblemError} `source-not-found` */
export async function disconnectSource(journal: Journal, id: string, provenance: Provenance): Promise<void> {
  await journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const row = await trx.selectFrom("delivery_source").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) throw new ProblemError("source-not-found", `There is no source ${id}. List them: GET /api/v1/sources.`);
    if (row.removed_at_ms !== null) return;
    const event = { type: "source.disconnected", data: { id, name: row.name } };
    await append([{ stream: sourceStream(id), expectedVersion: 1, events: [event] }], provenance);
    await trx.deleteFrom("delivery_source_secret").where("source_id", "=", id).execute();
  });
}

/** A source that may send now; `undefined`: there is none of that id, or it was removed. */
export async function findSource(db: Kysely<Tables>, id: string): Promise<Source | undefined> {
  const row = await db
    .selectFrom("delivery_source")
    .innerJoin("delivery_source_secret", "source_id", "id")
    .select(["id", "kind", "secret"])
    .where("id", "=", id)
    .where("removed_at_ms", "is", null)
    .executeTakeFirst();
  return row ? { ...row, kind: storedAs<SourceKind>(row.kind) } : undefined;
}

/** Newest first, removed ones too, with what came from each. */
export async function readSources(db: Kysely<Tables>) {
  const sources = await db.selectFrom("delivery_source").selectAll().orderBy("created_at_ms", "desc").execute();
  const tallies = await db.selectFrom("delivery_source_tally").selectAll().orderBy("event").execute();
  return sources.map((row) => ({ row, tallies: tallies.filter((tally) => tally.source_id === row.id) }));
}

/** Counts a message. Best effort: it is a figure for people, and no reason to refuse the message. */
export async function tallyMessage(
  database: Database,
  message: { readonly sourceId: string; readonly event: string; readonly outcome: MessageOutcome },
  nowMs: number,
): Promise<void> {
  await database.transaction(async (trx) => {
    const known = await trx
      .selectFrom("delivery_source_tally")
      .select(["event", "outcome"])
      .where("source_id", "=", message.sourceId)
      .execute();
    const isKnown = known.some((row) => row.event === message.event && row.outcome === message.outcome);
    const event = isKnown || known.length < TALLIED_EVENTS_MAX ? message.event : "(others)";
    await trx
      .insertInto("delivery_source_tally")
      .values({ source_id: message.sourceId, event, outcome: message.outcome, count: 1, last_at_ms: nowMs })
      .onConflict((conflict) =>
        conflict
          .columns(["source_id", "event", "outcome"])
          .doUpdateSet((set) => ({ count: set("delivery_source_tally.count", "+", 1), last_at_ms: nowMs })),
      )
      .execute();
  });
}
