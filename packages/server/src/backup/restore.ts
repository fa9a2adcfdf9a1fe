import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, StoreKind } from "../db/database.ts";
import { createMigrationTable, migrateIn } from "../db/migrate.ts";
import { hasTable, markRestore, unmarkRestore } from "../db/restore-mark.ts";
import type { Tables } from "../db/tables.ts";
import type { Projector } from "../journal/projector.ts";
import { rebuildIn } from "../journal/rebuild.ts";
import type { BackupRow } from "./format.ts";
import { BackupRefusedError, type BackupSummary, checkBackup, readBackup } from "./read-backup.ts";

/** 14 columns × 200 rows lies far below SQLite's 32,766 parameters. */
const ROWS_PER_INSERT = 200;

/**
 * Fills an empty store from a backup, in one transaction: a restore that is cut off leaves the store empty, and marked, so that
 * it is not served as a new one. The tables are made as they were when the backup was made, and are brought up to date after.
 *
 * @param database opened as it is, without migrating
 * @throws {BackupRefusedError} when the file cannot be restored, or the store is not empty
 */
export async function restoreBackup(
  database: Database,
  projectors: readonly Projector[],
  path: string,
): Promise<BackupSummary> {
  const summary = await checkBackup(path);
  await refuseUnlessEmpty(database.db, database.kind);
  const isMarkedNow = await markRestore(database);
  try {
    await fill(database, projectors, path);
  } catch (error) {
    // Nothing was written, and who restores is told why. The mark of an earlier one, which was cut off, stays.
    if (isMarkedNow) await unmarkRestore(database.db).catch(() => {});
    throw error;
  }
  return summary;
}

async function fill(database: Database, projectors: readonly Projector[], path: string): Promise<void> {
  await createMigrationTable(database);
  await database.longTransaction(async (trx) => {
    await refuseUnlessEmpty(trx, database.kind);
    const insert = collectRows(trx);
    await readBackup(path, {
      onHead: (head) => migrateIn(trx, database.kind, { upTo: head.migrations.at(-1) }),
      onRow: insert.add,
    });
    await insert.flush();
    await sql`update journal_head set seq = (select coalesce(max(seq), 0) from event)`.execute(trx);
    await migrateIn(trx, database.kind);
    await rebuildIn(trx, projectors);
    await unmarkRestore(trx);
  });
}

/** The first start writes the first events: a store without any has never been used. */
async function refuseUnlessEmpty(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  if (!(await hasTable(db, kind, "event"))) return;
  const used = await db.selectFrom("event").select("seq").limit(1).executeTakeFirst();
  if (!used) return;
  throw new BackupRefusedError(
    "A backup is restored into an empty data folder or database only, and this one is in use. Nothing was changed: name a new folder with --data-dir, or a new database with DATABASE_URL.",
  );
}

/** Rows of one table that come one after the other are inserted together. */
function collectRows(trx: Transaction<Tables>) {
  let table = "";
  let waiting: BackupRow["row"][] = [];
  const flush = async (): Promise<void> => {
    const [first] = waiting;
    if (!first) return;
    const columns = Object.keys(first);
    const values = waiting.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
    waiting = [];
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values)}`.execute(
      trx,
    );
  };
  const add = async (given: BackupRow): Promise<void> => {
    if (given.table !== table || waiting.length >= ROWS_PER_INSERT) await flush();
    table = given.table;
    waiting.push(given.row);
  };
  return { add, flush };
}
