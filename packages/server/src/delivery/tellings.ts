import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Transaction } from "kysely";
import { portions } from "../db/portions.ts";
import type { Tables } from "../db/tables.ts";

/** Rows in one insert: 9 columns each, and SQLite takes 32,766 parameters in a statement. */
const ROWS_PER_INSERT_MAX = 1_024;

/** Ids in one question: PostgreSQL and SQLite both take more, the plans stay small. */
const IDS_PER_SELECT_MAX = 512;

/** Stores what was told; a message that is known already is left as it is. */
export async function insertTellings(
  trx: Transaction<Tables>,
  tellings: readonly ScopedTold[],
  recordedAtMs: number,
): Promise<void> {
  for (const portion of portions(tellings, ROWS_PER_INSERT_MAX)) {
    const rows = portion.map((each) => ({
      source: each.source,
      message_id: each.messageId,
      kind: each.kind,
      subject: each.subject,
      scope: each.scope,
      environment: each.environment ?? "",
      at_ms: each.atMs,
      recorded_at_ms: recordedAtMs,
      told: JSON.stringify(each.told),
    }));
    await trx
      .insertInto("delivery_telling")
      .values(rows)
      .onConflict((conflict) => conflict.columns(["source", "message_id", "kind", "subject"]).doNothing())
      .execute();
  }
  await insertScopes(trx, tellings);
}

async function insertScopes(trx: Transaction<Tables>, tellings: readonly ScopedTold[]): Promise<void> {
  const scopes = new Map<string, Tables["delivery_scope"]>();
  for (const { scope, environment } of tellings) {
    scopes.set(`${environment ?? ""} ${scope}`, { scope, environment: environment ?? "" });
  }
  const rows = [...scopes.values()];
  for (const portion of portions(rows, ROWS_PER_INSERT_MAX)) {
    await trx
      .insertInto("delivery_scope")
      .values(portion)
      .onConflict((conflict) => conflict.columns(["scope", "environment"]).doNothing())
      .execute();
  }
}

/** The tellings that are not stored yet, each once. */
export async function onlyNew(
  trx: Transaction<Tables>,
  source: string,
  tellings: readonly ScopedTold[],
): Promise<readonly ScopedTold[]> {
  const distinct = new Map(tellings.map((each) => [keyOf(each.messageId, each.kind, each.subject), each]));
  const ids = [...new Set(tellings.map((each) => each.messageId))];
  for (const portion of portions(ids, IDS_PER_SELECT_MAX)) {
    const known = await trx
      .selectFrom("delivery_telling")
      .select(["message_id", "kind", "subject"])
      .where("source", "=", source)
      .where("message_id", "in", portion)
      .execute();
    for (const row of known) distinct.delete(keyOf(row.message_id, row.kind, row.subject));
  }
  return [...distinct.values()];
}

function keyOf(messageId: string, kind: string, subject: string): string {
  return JSON.stringify([messageId, kind, subject]);
}
