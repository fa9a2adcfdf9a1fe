import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { type SourceKind, sourceStream } from "./events.ts";

/** Organisations and groups that send webhooks. */
export const SOURCES_MAX = 200;

const SECRET_BYTES = 32;

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
