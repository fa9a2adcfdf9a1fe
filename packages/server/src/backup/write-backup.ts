import { once } from "node:events";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { readMigrations } from "../db/migrate.ts";
import type { Tables } from "../db/tables.ts";
import type { Projector } from "../journal/projector.ts";
import { BACKUP_FORMAT, type BackupHead, type BackupRow, startSum } from "./format.ts";
import { listStoredTables, type StoredTable } from "./stored-tables.ts";

/** A row is 0.3 to 15 kB: a page is some megabytes at most, and SQLite reads it in a few milliseconds. */
const ROWS_PER_PAGE = 200;

/** How long a reader of a backup may stand still: less than PostgreSQL's patience with an idle transaction, 30 s. */
export const BACKUP_STALL_MS = 20_000;

export type BackupDeps = {
  readonly database: Database;
  readonly projectors: readonly Projector[];
  readonly version: string;
  readonly nowMs: () => number;
};

/**
 * Writes a backup of one moment, while others go on writing. The lines are not compressed here.
 *
 * @throws when the output does not take anything for `BACKUP_STALL_MS`, or is gone
 */
export async function writeBackup(deps: BackupDeps, output: Writable): Promise<void> {
  const { database, projectors } = deps;
  const sum = startSum();
  let rows = 0;
  const write = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) sum.add(line);
    await push(output, `${lines.join("\n")}\n`);
  };
  await database.readBeside(async (trx) => {
    const head: BackupHead = {
      steadfast: "backup",
      format: BACKUP_FORMAT,
      version: deps.version,
      migrations: await readMigrations(trx),
      createdAt: new Date(deps.nowMs()).toISOString(),
    };
    await write([JSON.stringify(head)]);
    for (const table of await listStoredTables(trx, database.kind, projectors)) {
      for await (const page of readPages(trx, table)) {
        rows += page.length;
        await write(page.map((row) => JSON.stringify({ table: table.name, row } satisfies BackupRow)));
        // Requests are answered between two pages.
        await setImmediate();
      }
    }
  });
  await push(output, `${JSON.stringify({ rows, sha256: sum.hex() })}\n`);
}

type Row = BackupRow["row"];

async function* readPages(trx: Transaction<Tables>, table: StoredTable): AsyncGenerator<readonly Row[]> {
  if (table.key.length === 0) throw new Error(`the table ${table.name} has no primary key to read it by`);
  let after: Row | undefined;
  for (;;) {
    const page = await readPage(trx, table, after);
    if (page.length > 0) yield page;
    after = page.at(-1);
    if (page.length < ROWS_PER_PAGE) return;
  }
}

async function readPage(db: Kysely<Tables>, table: StoredTable, after: Row | undefined): Promise<readonly Row[]> {
  const columns = sql.join(table.columns.map((column) => sql.ref(column)));
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const from = after ? sql`where (${key}) > (${sql.join(table.key.map((column) => after[column]))})` : sql``;
  const page = sql<Row>`select ${columns} from ${sql.table(table.name)} ${from} order by ${key} limit ${ROWS_PER_PAGE}`;
  return (await page.execute(db)).rows;
}

async function push(output: Writable, text: string): Promise<void> {
  if (output.destroyed) throw new Error("whoever reads the backup went away");
  if (output.write(text)) return;
  const given = AbortSignal.timeout(BACKUP_STALL_MS);
  const gone = new AbortController();
  const onClose = () => gone.abort();
  output.once("close", onClose);
  try {
    await once(output, "drain", { signal: AbortSignal.any([given, gone.signal]) });
  } finally {
    output.off("close", onClose);
  }
}
