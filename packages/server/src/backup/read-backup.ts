import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { areMigrationsKnown } from "../db/migrate.ts";
import {
  BACKUP_FORMAT,
  type BackupHead,
  type BackupRow,
  backupEnd,
  backupHead,
  backupRow,
  startSum,
} from "./format.ts";

/** A file that cannot be restored. The message is for a person. */
export class BackupRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BackupRefusedError";
  }
}

/** What a whole backup holds. */
export type BackupSummary = {
  readonly version: string;
  readonly createdAt: string;
  readonly rows: number;
  readonly events: number;
};

/**
 * Reads a backup from its first to its last byte.
 *
 * @throws {BackupRefusedError} when it is no backup, damaged, cut off, or a newer version's
 */
export async function checkBackup(path: string): Promise<BackupSummary> {
  let head: BackupHead | undefined;
  let events = 0;
  const rows = await readBackup(path, {
    onHead: async (read) => {
      head = read;
    },
    onRow: async ({ table }) => {
      if (table === "event") events += 1;
    },
  });
  return { version: head?.version ?? "", createdAt: head?.createdAt ?? "", rows, events };
}

/**
 * Hands over the head and then each row. What was handed over counts only when this returns: the sum stands at the end.
 *
 * @returns how many rows there are
 * @throws {BackupRefusedError}, and what the callbacks throw
 */
export async function readBackup(
  path: string,
  on: { readonly onHead: (head: BackupHead) => Promise<void>; readonly onRow: (row: BackupRow) => Promise<void> },
): Promise<number> {
  const sum = startSum();
  let rows = -1;
  let last: string | undefined;
  for await (const line of readLines(path)) {
    // The last line is the end, which is no row.
    if (last !== undefined) {
      if (rows === -1) await on.onHead(parseHead(path, last));
      else await on.onRow(parse(path, backupRow, last));
      rows += 1;
      sum.add(last);
    }
    last = line;
  }
  if (last === undefined || rows === -1) throw damaged(path, "it ends before it began");
  const end = parse(path, backupEnd, last);
  if (end.rows !== rows) throw damaged(path, `it has ${rows} rows, and says that they are ${end.rows}`);
  if (end.sha256 !== sum.hex()) throw damaged(path, "its checksum is not that of what it holds");
  return rows;
}

async function* readLines(path: string): AsyncGenerator<string> {
  const packed = createReadStream(path);
  const text = createGunzip().setEncoding("utf8");
  packed.on("error", (error) => text.destroy(error));
  packed.pipe(text);
  let rest = "";
  try {
    for await (const chunk of text) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw asRefusal(path, error);
  } finally {
    packed.destroy();
  }
  if (rest !== "") yield rest;
}

function parseHead(path: string, line: string): BackupHead {
  const head = parse(path, backupHead, line);
  if (head.format > BACKUP_FORMAT || !areMigrationsKnown(head.migrations)) {
    throw new BackupRefusedError(
      `${path} was made by a newer Steadfast (${head.version}). Restore it with that version or a newer one.`,
    );
  }
  return head;
}

function parse<T>(path: string, schema: { parse(value: unknown): T }, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    throw damaged(path, "a line of it is not what a backup holds, or it was cut off");
  }
}

function asRefusal(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("Z_")) return damaged(path, "it cannot be unpacked");
  return error;
}

function damaged(path: string, why: string): BackupRefusedError {
  return new BackupRefusedError(
    `${path} is no whole backup of Steadfast: ${why}. Take another one; nothing was changed.`,
  );
}
