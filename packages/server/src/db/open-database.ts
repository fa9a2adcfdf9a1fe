import type { Database, DatabaseConfig } from "./database.ts";
import { type MigrationNews, migrate } from "./migrate.ts";
import { openPostgres } from "./postgres.ts";
import { refuseUnfinishedRestore } from "./restore-mark.ts";
import { openSqlite } from "./sqlite.ts";

/**
 * Opens the store, takes the data folder (SQLite), and brings the tables up to date.
 *
 * @param onNews is told what is done to the tables, and how far that is
 * @throws {UnfinishedRestoreError}
 */
export async function openDatabase(config: DatabaseConfig, onNews?: (news: MigrationNews) => void): Promise<Database> {
  const database = openStore(config);
  try {
    await refuseUnfinishedRestore(database);
    await migrate(database, onNews ? { onNews } : {});
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Opens the store as it is: its tables may be those of another version, or not be there at all. */
export function openStore(config: DatabaseConfig): Database {
  return config.kind === "sqlite" ? openSqlite(config.dataDir) : openPostgres(config.url);
}
