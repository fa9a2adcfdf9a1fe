import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** `magic`, then one record a commit: 20 bytes of its id, 4 bytes of lines. Written whole or not at all. */
const MAGIC = Buffer.from("steadfast lines 1\n");
const ID_BYTES = 20;
const RECORD_BYTES = ID_BYTES + 4;
const LINES_MAX = 0xffff_ffff;
/** A million commits take 24 MB; 40 repositories at most 1 GB, and in practice a few MB. */
const RECORDS_MAX = 1_000_000;
const FILES_MAX = 40;
const SUFFIX = ".lines";

/** Sizes of commits never change: kept by id, a file a repository, in the user's cache folder. */
export type LineSizeCache = { readonly folder: string; readonly gitDir: string };

/** What is there; a file that is missing, cut short or not ours is an empty cache. */
export async function readCachedSizes(cache: LineSizeCache): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const path = pathOf(cache);
  const content = await readFile(path).catch(() => Buffer.alloc(0));
  const length = content.length - MAGIC.length;
  if (length <= 0 || length % RECORD_BYTES !== 0 || !content.subarray(0, MAGIC.length).equals(MAGIC)) return sizes;
  for (let at = MAGIC.length; at < content.length; at += RECORD_BYTES)
    sizes.set(content.toString("hex", at, at + ID_BYTES), content.readUInt32LE(at + ID_BYTES));
  // The least recently used file goes first when there are too many.
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
  return sizes;
}

/** Replaces the file in one step, so that two runs at once leave one of the two. A cache that cannot be written is no fault: the next run measures again. */
export async function writeCachedSizes(cache: LineSizeCache, sizes: ReadonlyMap<string, number>): Promise<void> {
  const kept = [...sizes].slice(-RECORDS_MAX);
  const content = Buffer.alloc(MAGIC.length + kept.length * RECORD_BYTES);
  MAGIC.copy(content);
  for (const [index, [key, lines]] of kept.entries()) {
    const at = MAGIC.length + index * RECORD_BYTES;
    content.write(key, at, ID_BYTES, "hex");
    content.writeUInt32LE(Math.min(lines, LINES_MAX), at + ID_BYTES);
  }
  const path = pathOf(cache);
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(cache.folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, path);
    await dropOldest(cache.folder);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** The key under which a commit's size is kept: the first 20 bytes of its id, also where ids are SHA-256. */
export function cacheKey(sha: string): string {
  return sha.slice(0, 2 * ID_BYTES);
}

function pathOf({ folder, gitDir }: LineSizeCache): string {
  return join(folder, `${createHash("sha256").update(gitDir).digest("hex").slice(0, 32)}${SUFFIX}`);
}

async function dropOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  if (names.length <= FILES_MAX) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, usedAtMs: (await stat(join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { name } of aged.slice(FILES_MAX)) await rm(join(folder, name), { force: true });
}
