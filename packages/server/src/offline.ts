import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type BackupSummary, checkBackup } from "./backup/read-backup.ts";
import { restoreBackup } from "./backup/restore.ts";
import { writeBackup } from "./backup/write-backup.ts";
import type { Config } from "./config.ts";
import { openStore } from "./db/open-database.ts";
import { refuseUnfinishedRestore } from "./db/restore-mark.ts";
import { databasePath } from "./db/sqlite.ts";
import { PROJECTORS } from "./projectors.ts";
import { VERSION } from "./version.ts";

/** Backs a store up that no server runs on. @throws {DataFolderInUseError}, {UnfinishedRestoreError} or an error that says that nothing is there */
export async function backUpOffline(config: Config, path: string): Promise<BackupSummary> {
  const { database: where } = config;
  // Opening would make it: a folder that is misspelled is not to be backed up as an empty one.
  if (where.kind === "sqlite" && !existsSync(databasePath(where.dataDir)))
    throw new Error(`There is no data of a Steadfast server in ${where.dataDir}: name its folder with --data-dir.`);
  const database = openStore(where);
  try {
    await refuseUnfinishedRestore(database);
    const packed = createGzip();
    // A store that cannot be read may fail before anybody reads the stream, which keeps its error for who does.
    packed.on("error", () => undefined);
    const writing = writeBackup({ database, projectors: PROJECTORS, version: VERSION, nowMs: Date.now }, packed).then(
      () => packed.end(),
      (error: unknown) => packed.destroy(error instanceof Error ? error : undefined),
    );
    const summary = await keepBackup(packed, path);
    await writing;
    return summary;
  } finally {
    await database.close();
  }
}

/** Fills the empty store that the settings name. @throws {BackupRefusedError} */
export async function restoreOffline(config: Config, path: string): Promise<BackupSummary> {
  // Before a data folder is made for it.
  await checkBackup(path);
  const database = openStore(config.database);
  try {
    return await restoreBackup(database, PROJECTORS, path);
  } finally {
    await database.close();
  }
}

/**
 * Writes a backup beside its name and gives it the name when it was read through and is on the disk: what has the name
 * is whole, whenever this process dies. What had the name before is replaced.
 */
export async function keepBackup(packed: Readable, path: string): Promise<BackupSummary> {
  const partial = `${path}.partial`;
  try {
    await rm(partial, { force: true });
    // It holds every flag, and who has which token.
    const file = await open(partial, "wx", 0o600);
    await pipeline(packed, file.createWriteStream({ flush: true }));
    const summary = await checkBackup(partial);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return summary;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The new name is on the disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
