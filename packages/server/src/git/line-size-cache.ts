import { type KeptFile, keep, readKept } from "./kept-file.ts";

/** `magic`, then one record a commit: 20 bytes of its id, 4 bytes of lines. Written whole or not at all. */
const MAGIC = Buffer.from("steadfast lines 1\n");
const ID_BYTES = 20;
const RECORD_BYTES = ID_BYTES + 4;
const LINES_MAX = 0xffff_ffff;
/** A million commits take 24 MB; 40 repositories at most 1 GB, and in practice a few MB. */
const RECORDS_MAX = 1_000_000;
const FILES_MAX = 40;
const SUFFIX = ".lines";

/** Sizes of commits never change: kept by id, a file a repository, in the user's cache folder. Without one nothing is kept. */
export type LineSizeCache = { readonly folder: string | undefined; readonly gitDir: string };

/** What is there; a file that is missing, cut short or not ours is an empty cache. */
export async function readCachedSizes(cache: LineSizeCache): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const content = await readKept(fileOf(cache));
  if (content === undefined) return sizes;
  const length = content.length - MAGIC.length;
  if (length <= 0 || length % RECORD_BYTES !== 0 || !content.subarray(0, MAGIC.length).equals(MAGIC)) return sizes;
  for (let at = MAGIC.length; at < content.length; at += RECORD_BYTES)
    sizes.set(content.toString("hex", at, at + ID_BYTES), content.readUInt32LE(at + ID_BYTES));
  return sizes;
}

export async function writeCachedSizes(cache: LineSizeCache, sizes: ReadonlyMap<string, number>): Promise<void> {
  const kept = [...sizes].slice(-RECORDS_MAX);
  const content = Buffer.alloc(MAGIC.length + kept.length * RECORD_BYTES);
  MAGIC.copy(content);
  for (const [index, [key, lines]] of kept.entries()) {
    const at = MAGIC.length + index * RECORD_BYTES;
    content.write(key, at, ID_BYTES, "hex");
    content.writeUInt32LE(Math.min(lines, LINES_MAX), at + ID_BYTES);
  }
  await keep(fileOf(cache), [content]);
}

/** The key under which a commit's size is kept: the first 20 bytes of its id, also where ids are SHA-256. */
export function cacheKey(sha: string): string {
  return sha.slice(0, 2 * ID_BYTES);
}

function fileOf({ folder, gitDir }: LineSizeCache): KeptFile {
  return { folder, gitDir, suffix: SUFFIX, filesMax: FILES_MAX };
}
