import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is kept of a repository between runs: a file of its own for each kind, in the user's cache folder. */
export type KeptFile = {
  readonly folder: string;
  /** Of the repository; the file's name is made of it. */
  readonly gitDir: string;
  /** With its dot: what kind it is. */
  readonly suffix: string;
  /** The least recently used goes when there are more of its kind. */
  readonly filesMax: number;
};

/** `undefined` where there is none. */
export async function readKept(file: KeptFile): Promise<Buffer | undefined> {
  const path = pathOf(file);
  const content = await readFile(path).catch(() => undefined);
  if (content !== undefined) {
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
  }
  return content;
}

/** Replaces the file in one step, so that two runs at once leave one of the two. What cannot be written is no fault: the next run reads or measures again. */
export async function keep(file: KeptFile, content: readonly Uint8Array[]): Promise<void> {
  const path = pathOf(file);
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(file.folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, path);
    await dropOldest(file);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

function pathOf({ folder, gitDir, suffix }: KeptFile): string {
  return join(folder, `${createHash("sha256").update(gitDir).digest("hex").slice(0, 32)}${suffix}`);
}

async function dropOldest({ folder, suffix, filesMax }: KeptFile): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  if (names.length <= filesMax) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, usedAtMs: (await stat(join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { name } of aged.slice(filesMax)) await rm(join(folder, name), { force: true });
}
