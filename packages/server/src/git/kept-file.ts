import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is kept of a repository between runs: a file of its own for each kind, in the user's cache folder. */
export type KeptFile = {
  /** `undefined`: nothing is kept. */
  readonly folder: string | undefined;
  /** Of the repository; the file's name is made of it. */
  readonly gitDir: string;
  /** With its dot: what kind it is. */
  readonly suffix: string;
  /** The least recently used goes when there are more of its kind. */
  readonly filesMax: number;
};

/** What a run that was killed while it wrote has left is nobody's after this time. */
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1_000;

/** `undefined` where there is none. */
export async function readKept(file: KeptFile): Promise<Buffer | undefined> {
  if (file.folder === undefined) return undefined;
  const path = pathOf(file.folder, file);
  const content = await readFile(path).catch(() => undefined);
  if (content !== undefined) {
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
  }
  return content;
}

/** Replaces the file in one step, so that two runs at once leave one of the two. What cannot be written is no fault: the next run reads or measures again. */
export async function keep(file: KeptFile, content: readonly Uint8Array[]): Promise<void> {
  const { folder } = file;
  if (folder === undefined) return;
  const path = pathOf(folder, file);
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, path);
    await dropOldest(folder, file);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

function pathOf(folder: string, { gitDir, suffix }: KeptFile): string {
  return join(folder, `${createHash("sha256").update(gitDir).digest("hex").slice(0, 32)}${suffix}`);
}

async function dropOldest(folder: string, { suffix, filesMax }: KeptFile): Promise<void> {
  const names = await readdir(folder);
  await dropLeftovers(
    folder,
    names.filter((name) => name.includes(`${suffix}.`)),
  );
  const kept = names.filter((name) => name.endsWith(suffix));
  if (kept.length <= filesMax) return;
  const aged = await Promise.all(
    kept.map(async (name) => ({ name, usedAtMs: (await stat(join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { name } of aged.slice(filesMax)) await rm(join(folder, name), { force: true });
}

/** A younger one is perhaps being written by another run, which may rename it at any moment. */
async function dropLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const written = await stat(join(folder, name)).catch(() => undefined);
    if (written !== undefined && written.mtimeMs < Date.now() - LEFTOVER_AGE_MS)
      await rm(join(folder, name), { force: true });
  }
}
