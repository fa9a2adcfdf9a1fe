import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Transaction } from "kysely";
import { insertRows, type RowValues } from "../db/insert-rows.ts";
import { selectEach } from "../db/select-each.ts";
import type { Tables } from "../db/tables.ts";

/** Ids in one question: about 120 kB, and all of a group's. */
const IDS_PER_SELECT_MAX = 2_000;

const COLUMNS = {
  ...({ source: "text", message_id: "text", kind: "text", subject: "text", scope: "text" } as const),
  ...({ environment: "text", at_ms: "bigint", recorded_at_ms: "bigint", told: "text" } as const),
};
const KEY = ["source", "message_id", "kind", "subject"] as const;

export type ToldAt = { readonly tellings: readonly ScopedTold[]; readonly recordedAtMs: number };

/** Stores what was told; a message that is known already is left as it is. */
export async function insertTellings(trx: Transaction<Tables>, told: readonly ToldAt[]): Promise<void> {
  const rows = told.flatMap(({ tellings, recordedAtMs }) => tellings.map((telling) => toRow(telling, recordedAtMs)));
  await insertRows(trx, { table: "delivery_telling", columns: COLUMNS, unlessKnown: KEY }, rows);
  await insertScopes(trx, told);
}

/** In the order of `COLUMNS`. */
function toRow(telling: ScopedTold, recordedAtMs: number): RowValues {
  const { source, messageId, kind, subject, scope, environment, atMs, told } = telling;
  return [source, messageId, kind, subject, scope, environment ?? "", atMs, recordedAtMs, JSON.stringify(told)];
}

async function insertScopes(trx: Transaction<Tables>, told: readonly ToldAt[]): Promise<void> {
  const scopes = new Map<string, RowValues>();
  for (const { scope, environment } of told.flatMap(({ tellings }) => tellings))
    scopes.set(`${environment ?? ""} ${scope}`, [scope, environment ?? ""]);
  const columns = { scope: "text", environment: "text" } as const;
  const into = { table: "delivery_scope", columns, unlessKnown: ["scope", "environment"] } as const;
  await insertRows(trx, into, [...scopes.values()]);
}

/**
 * Those whose telling is not stored yet.
 *
 * @param claims each message once
 */
export async function onlyNew<Claim extends { readonly telling: ScopedTold }>(
  trx: Transaction<Tables>,
  claims: readonly Claim[],
): Promise<readonly Claim[]> {
  const known = new Set<string>();
  for (const [source, ofSource] of Map.groupBy(claims, ({ telling }) => telling.source)) {
    const ids = [...new Set(ofSource.map(({ telling }) => telling.messageId))];
    for (const key of await knownOf(trx, source, ids)) known.add(key);
  }
  return known.size === 0 ? claims : claims.filter(({ telling }) => !known.has(tellingKey(telling)));
}

async function knownOf(trx: Transaction<Tables>, source: string, ids: readonly string[]): Promise<readonly string[]> {
  const known: string[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_SELECT_MAX) {
    const rows = await selectEach(trx, "message_id", ids.slice(start, start + IDS_PER_SELECT_MAX), (isWanted) =>
      trx
        .selectFrom("delivery_telling")
        .select(["message_id", "kind", "subject"])
        .where("source", "=", source)
        .where(isWanted),
    );
    for (const { message_id: messageId, kind, subject } of rows)
      known.push(tellingKey({ source, messageId, kind, subject }));
  }
  return known;
}

type TellingKey = {
  readonly source: string;
  readonly messageId: string;
  readonly kind: string;
  readonly subject: string;
};

/** The same message about the same thing. What sources send holds no NUL. */
export function tellingKey({ source, messageId, kind, subject }: TellingKey): string {
  return `${source}\0${messageId}\0${kind}\0${subject}`;
}
