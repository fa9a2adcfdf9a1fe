import { type Kysely, PostgresAdapter, type RawBuilder, sql } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * `column in (…)` for texts by the hundred, as one parameter: the statement is the same however many they are, and a plan is made for one. A list of parameters took
 * PostgreSQL seven times as long.
 *
 * @param column a name in this program's source
 */
export function isOneOf(db: Kysely<Tables>, column: string, values: readonly string[]): RawBuilder<boolean> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return isPostgres
    ? sql<boolean>`${sql.ref(column)} = any(${values})`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}
