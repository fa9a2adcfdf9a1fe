import { type Kysely, sql } from "kysely";
import type { StoreKind } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Projector } from "../journal/projector.ts";

/** A table whose rows a backup holds, and the columns it is read in the order of. */
export type StoredTable = { readonly name: string; readonly key: readonly string[] };

/** Tables that are told in another way: by the head's migrations, and by the events' own numbers. */
const TOLD_OTHERWISE = ["schema_migration", "journal_head"];

/**
 * What has no meaning in another time and place: claims on work, who is connected, browsers that are signed in, answers
 * for repeated requests, counts that wait for their judgement, and the last minutes of traffic.
 */
const PASSING: readonly (keyof Tables)[] = [
  "lease",
  "instance",
  "session",
  "idempotent_response",
  "telemetry_arrival",
  "telemetry_history",
];

/**
 * Every table but what is projected from the journal and what passes. A table that is added later is kept unless it is
 * named here.
 */
export async function listStoredTables(
  db: Kysely<Tables>,
  kind: StoreKind,
  projectors: readonly Projector[],
): Promise<StoredTable[]> {
  const left = new Set<string>([
    ...TOLD_OTHERWISE,
    ...PASSING,
    ...projectors.flatMap((projector) => projector.tables.map(String)),
  ]);
  const rows = await (kind === "sqlite" ? SQLITE_KEYS : POSTGRES_KEYS).execute(db);
  const keys = new Map<string, string[]>();
  for (const { name, column } of rows.rows) if (!left.has(name)) keys.set(name, [...(keys.get(name) ?? []), column]);
  return [...keys].map(([name, key]) => ({ name, key }));
}

type KeyColumn = { readonly name: string; readonly column: string };

const SQLITE_KEYS = sql<KeyColumn>`
  select t.name as name, c.name as "column"
  from sqlite_schema t join pragma_table_info(t.name) c
  where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' and c.pk > 0
  order by t.name, c.pk`;

const POSTGRES_KEYS = sql<KeyColumn>`
  select t.relname as name, a.attname as "column"
  from pg_index i
    join pg_class t on t.oid = i.indrelid
    join pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey)
  where i.indisprimary and t.relnamespace = current_schema()::regnamespace
  order by t.relname, array_position(i.indkey::int2[], a.attnum)`;
