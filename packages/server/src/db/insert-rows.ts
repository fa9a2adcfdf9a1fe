import { CompiledQuery, type Insertable, PostgresAdapter, type Transaction } from "kysely";
import { portions } from "./portions.ts";
import type { Tables } from "./tables.ts";

/** Of one statement: 128 rows of 9 columns stay far below SQLite's 32,766 parameters; more in one statement are no quicker. */
const ROWS_PER_STATEMENT_MAX = 128;

type Into<Table extends keyof Tables> = {
  readonly table: Table;
  readonly columns: readonly (keyof Insertable<Tables[Table]> & string)[];
  /** Rows that are there under the same values of these are left as they are. Default: they are an error. */
  readonly unlessKnown?: readonly (keyof Insertable<Tables[Table]> & string)[];
};

/** Values in the order of the columns. */
export type RowValues = readonly (string | number | null)[];

/**
 * Inserts many rows. Beside the query builder, which makes an object of every value: for rows by the thousand that took longer than to store them.
 *
 * @param rows may be none
 */
export async function insertRows<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  into: Into<Table>,
  rows: readonly RowValues[],
): Promise<void> {
  // Without numbers for SQLite: it looks a number up by going through all of them.
  const placeholder = trx.getExecutor().adapter instanceof PostgresAdapter ? (nth: number) => `$${nth}` : () => "?";
  let text = "";
  let rowsOfText = 0;
  for (const portion of portions(rows, ROWS_PER_STATEMENT_MAX)) {
    if (portion.length !== rowsOfText) text = statementOf(into, portion.length, placeholder);
    rowsOfText = portion.length;
    await trx.executeQuery(CompiledQuery.raw(text, portion.flat()));
  }
}

/** Table and columns are names in this program's source. */
function statementOf<Table extends keyof Tables>(
  into: Into<Table>,
  rows: number,
  placeholder: (nth: number) => string,
): string {
  const { table, columns, unlessKnown } = into;
  const tuples = Array.from({ length: rows }, (_, row) => {
    const own = columns.map((_column, index) => placeholder(row * columns.length + index + 1));
    return `(${own.join(",")})`;
  });
  const conflict = unlessKnown === undefined ? "" : ` on conflict (${unlessKnown.join(", ")}) do nothing`;
  return `insert into ${table} (${columns.join(", ")}) values ${tuples.join(", ")}${conflict}`;
}
