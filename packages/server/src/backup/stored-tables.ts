import { type Kysely, sql } from "kysely";
import type { StoreKind } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Projector } from "../journal/projector.ts";

/** A table whose rows a backup holds. */
export type StoredTable = {
  readonly name: string;
  /** Without those that the store derives from others. */
  readonly columns: readonly string[];
  /** The primary key: the order it is read in. */
  readonly key: readonly string[];
};

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
  const { rows } = await (kind === "sqlite" ? SQLITE_COLUMNS : POSTGRES_COLUMNS).execute(db);
  const byTable = Map.groupBy(
    rows.filter(({ name }) => !left.has(name)),
    ({ name }) => name,
  );
  return [...byTable].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column }) => column),
    key: columns
      .filter(({ keyPlace }) => keyPlace > 0)
      .sort((a, b) => a.keyPlace - b.keyPlace)
      .map(({ column }) => column),
  }));
}

/** `keyPlace`: 1, 2, … in the primary key, 0 outside of it. */
type Column = { readonly name: string; readonly column: string; readonly keyPlace: number };

const SQLITE_COLUMNS = sql<Column>`
  select t.name as name, c.name as "column", c.pk as "keyPlace"
  from sqlite_schema t join pragma_table_info(t.name) c
  where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'
  order by t.name, c.cid`;

const POSTGRES_COLUMNS = sql<Column>`
  select t.relname as name, a.attname as "column",
    coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) as "keyPlace"
  from pg_class t
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_index i on i.indrelid = t.oid and i.indisprimary
  where t.relkind = 'r' and t.relnamespace = current_schema()::regnamespace
  order by t.relname, a.attnum`;
