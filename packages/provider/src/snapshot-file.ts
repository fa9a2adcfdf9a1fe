import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

export type SnapshotFile = { readonly text: string; readonly writtenAtMs: number };

/** @returns `undefined` when there is none */
export async function readSnapshotFile(path: string): Promise<SnapshotFile | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { text, writtenAtMs: mtimeMs };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Writes snapshots one after the other, only ever the newest: a reader of the file finds a whole old or a whole new one.
 *
 * Readable by its owner only: rules may name people.
 */
export function createSnapshotWriter(path: string, onError: (error: unknown) => void) {
  let next: string | undefined;
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    while (next !== undefined) {
      const text = next;
      next = undefined;
      await replaceFile(path, text).catch(onError);
    }
    writing = undefined;
  };

  return {
    write(text: string): void {
      next = text;
      writing ??= writeAll();
    },
    /** Resolves when everything is written. */
    flushed: async (): Promise<void> => writing,
  };
}

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
