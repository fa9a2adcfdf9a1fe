import { type Kysely, sql } from "kysely";
import type { Database, StoreKind } from "./database.ts";
import type { Tables } from "./tables.ts";

/** A restore began in this store and has not ended. The message is for a person. */
export class UnfinishedRestoreError extends Error {
  constructor(kind: StoreKind) {
    const [store, anew] =
      kind === "sqlite"
        ? ["data folder", "delete the folder, or name another one with --data-dir"]
        : ["database", "empty the database, or name another one with DATABASE_URL"];
    super(
      `A restore into this ${store} was cut off, or is still running: it is not served, for nothing of the backup would be there. ` +
        `Run steadfast restore again; to begin without the backup, ${anew}.`,
    );
    this.name = "UnfinishedRestoreError";
  }
}

/** A table, which is there from before the restore's transaction until its commit: whatever kills it, one of both is seen. */
const MARK = "restore_under_way";

/** @returns whether it was not there yet */
export async function markRestore({ db, kind }: Database): Promise<boolean> {
  if (await hasTable(db, kind, MARK)) return false;
  await db.schema.createTable(MARK).ifNotExists().addColumn("began", "text").execute();
  return true;
}

/** In the transaction that restores, or when it has failed. */
export async function unmarkRestore(db: Kysely<Tables>): Promise<void> {
  await db.schema.dropTable(MARK).ifExists().execute();
}

/** @throws {UnfinishedRestoreError} */
export async function refuseUnfinishedRestore({ db, kind }: Database): Promise<void> {
  if (await hasTable(db, kind, MARK)) throw new UnfinishedRestoreError(kind);
}

export async function hasTable(db: Kysely<Tables>, kind: StoreKind, name: string): Promise<boolean> {
  const query =
    kind === "sqlite"
      ? sql`select 1 from sqlite_schema where type = 'table' and name = ${name}`
      : sql`select 1 from pg_class where relname = ${name} and relnamespace = current_schema()::regnamespace`;
  return (await query.execute(db)).rows.length > 0;
}
