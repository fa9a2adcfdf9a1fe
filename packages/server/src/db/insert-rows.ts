import { CompiledQuery, type Insertable, PostgresAdapter, type Transaction } from "kysely";
import { portions } from "./portions.ts";
import type { Tables } from "./tables.ts";

/** Of one statement with a parameter for each value: 128 rows of 9 columns stay far below SQLite's 32,766; more in one statement are no quicker. */
const ROWS_OF_VALUES_MAX = 128;
/** Up to so many PostgreSQL gets value by value, too: few rows may be large ones, and a text within a list has to be quoted. */
const ROWS_BY_VALUE_MAX = 64;
/** Of one statement with a list for each column: at a kilobyte each, 4 MB. */
const ROWS_OF_LISTS_MAX = 4_096;

type ColumnName<Table extends keyof Tables> = keyof Insertable<Tables[Table]> & string;

type Into<Table extends keyof Tables> = {
  readonly table: Table;
  readonly columns: Readonly<Partial<Record<ColumnName<Table>, "text" | "bigint">>>;
  /** Rows that are there under the same values of these are left as they are. Default: they are an error. */
  readonly unlessKnown?: readonly ColumnName<Table>[];
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
  const isPostgres = trx.getExecutor().adapter instanceof PostgresAdapter;
  return isPostgres && rows.length > ROWS_BY_VALUE_MAX
    ? insertLists(trx, into, rows)
    : insertValues(trx, into, rows, isPostgres);
}

/** PostgreSQL reads and plans a thousand parameters for longer than it stores them. A list for each column is always the same statement, and a round trip for all rows. */
async function insertLists<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  into: Into<Table>,
  rows: readonly RowValues[],
): Promise<void> {
  const types = Object.values(into.columns);
  const lists = types.map((type, index) => `$${index + 1}::${type}[]`);
  const text = statementOf(into, `select * from unnest(${lists.join(", ")})`);
  for (let start = 0; start < rows.length; start += ROWS_OF_LISTS_MAX) {
    const portion = rows.slice(start, start + ROWS_OF_LISTS_MAX);
    const values = types.map((_type, index) => portion.map((row) => row[index]));
    await trx.executeQuery(CompiledQuery.raw(text, values));
  }
}

async function insertValues<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  into: Into<Table>,
  rows: readonly RowValues[],
  isPostgres: boolean,
): Promise<void> {
  // Without numbers for SQLite: it looks a number up by going through all of them.
  const placeholder = isPostgres ? (nth: number) => `$${nth}` : () => "?";
  const width = Object.keys(into.columns).length;
  let text = "";
  let rowsOfText = 0;
  for (const portion of portions(rows, ROWS_OF_VALUES_MAX)) {
    if (portion.length !== rowsOfText) {
      const tuples = Array.from({ length: portion.length }, (_, row) => {
        const own = Array.from({ length: width }, (_column, index) => placeholder(row * width + index + 1));
        return `(${own.join(",")})`;
      });
      text = statementOf(into, `values ${tuples.join(", ")}`);
    }
    rowsOfText = portion.length;
    await trx.executeQuery(CompiledQuery.raw(text, portion.flat()));
  }
}

/** Table and columns are names in this program's source. */
function statementOf<Table extends keyof Tables>({ table, columns, unlessKnown }: Into<Table>, rows: string): string {
  const conflict = unlessKnown === undefined ? "" : ` on conflict (${unlessKnown.join(", ")}) do nothing`;
  return `insert into ${table} (${Object.keys(columns).join(", ")}) ${rows}${conflict}`;
}
