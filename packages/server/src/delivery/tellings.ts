import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Transaction } from "kysely";
import { insertRows } from "../db/insert-rows.ts";
import { portions } from "../db/portions.ts";
import type { Tables } from "../db/tables.ts";

/** Ids in one question: PostgreSQL and SQLite both take more, the plans stay small. */
const IDS_PER_SELECT_MAX = 512;

const COLUMNS = [
  ...(["source", "message_id", "kind", "subject", "scope", "environment"] as const),
  ...(["at_ms", "recorded_at_ms", "told"] as const),
];
const KEY = ["source", "message_id", "kind", "subject"] as const;

/** Stores what was told; a message that is known already is left as it is. */
export async function insertTellings(
  trx: Transaction<Tables>,
  tellings: readonly ScopedTold[],
  recordedAtMs: number,
): Promise<void> {
  const rows = tellings.map(({ source, messageId, kind, subject, scope, environment, atMs, told }) => [
    ...[source, messageId, kind, subject, scope, environment ?? ""],
    ...[atMs, recordedAtMs, JSON.stringify(told)],
  ]);
  await insertRows(trx, { table: "delivery_telling", columns: COLUMNS, unlessKnown: KEY }, rows);
  await insertScopes(trx, tellings);
}

async function insertScopes(trx: Transaction<Tables>, tellings: readonly ScopedTold[]): Promise<void> {
  const scopes = new Map<string, readonly [string, string]>();
  for (const { scope, environment } of tellings) {
    scopes.set(`${environment ?? ""} ${scope}`, [scope, environment ?? ""]);
  }
  const columns = ["scope", "environment"] as const;
  await insertRows(trx, { table: "delivery_scope", columns, unlessKnown: columns }, [...scopes.values()]);
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
