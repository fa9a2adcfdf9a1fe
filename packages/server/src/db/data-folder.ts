import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** Another process owns the data folder. The message is for a person. */
export class DataFolderInUseError extends Error {
  constructor(folder: string, owner: string) {
    super(
      `The data folder ${folder} is in use by another Steadfast server (${owner}). Stop that one first, ` +
        "or choose another folder with --data-dir or STEADFAST_DATA_DIR; for several servers on the same data, use PostgreSQL (DATABASE_URL).",
    );
    this.name = "DataFolderInUseError";
  }
}

const owner = z.object({ pid: z.number(), host: z.string() });

/**
 * Makes the folder (mode 0700) and becomes its one owner until `release`, or until the process ends in any way:
 * the lock is the operating system's, on a database of its own, so a killed owner leaves nothing stale.
 * `owner.json` beside it only names the owner.
 */
export function takeDataFolder(dataDir: string): { folder: string; release: () => void } {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ownerFile = join(folder, "owner.json");
  const lock = new DatabaseSync(join(folder, "owner.lock"), { timeout: 0 });
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw new DataFolderInUseError(folder, describeOwner(ownerFile));
    throw error;
  }
  writeFileSync(ownerFile, JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 });
  const release = () => {
    rmSync(ownerFile, { force: true });
    lock.close();
  };
  return { folder, release };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (error.errcode === 5 || error.errcode === 6);
}

function describeOwner(ownerFile: string): string {
  try {
    const { pid, host } = owner.parse(JSON.parse(readFileSync(ownerFile, "utf8")));
    return `process ${pid} on ${host}`;
  } catch {
    return "its process id could not be read";
  }
}
