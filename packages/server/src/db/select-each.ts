import { type Compilable, type Kysely, PostgresAdapter, type RawBuilder, sql } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * Reads the rows that have one of a thousand texts in a column, each text looked up in the index by itself. As one parameter: the statement is the same however many
 * they are.
 *
 * PostgreSQL is not asked for `column = any(…)`: it may take that for a filter of what the index's other columns find, when it knows little about a table that grew
 * since it was looked at last. For tellings, whose first column is nearly always the same, that was reading all of them for each batch. `offset 0` keeps it from
 * making a join of it, where it has the same choice.
 *
 * @param column a name in this program's source
 * @param values each once: of one that is given twice PostgreSQL gives the rows twice
 * @param select the statement, of which `isWanted` is a condition
 */
export async function selectEach<Row>(
  db: Kysely<Tables>,
  column: string,
  values: readonly string[],
  select: (isWanted: RawBuilder<boolean>) => Compilable<Row>,
): Promise<readonly Row[]> {
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    const found = select(sql<boolean>`${sql.ref(column)} = wanted.value`);
    const { rows } = await sql<Row>`
      select found.* from unnest(${values}::text[]) as wanted (value) cross join lateral (${found} offset 0) as found
    `.execute(db);
    return rows;
  }
  const list = sql`(select value from json_each(${JSON.stringify(values)}))`;
  const { rows } = await db.executeQuery(select(sql<boolean>`${sql.ref(column)} in ${list}`));
  return rows;
}
