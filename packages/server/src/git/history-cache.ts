import { createHash } from "node:crypto";
import type { CommitColumns } from "./commit-columns.ts";
import { type KeptFile, keep, readKept } from "./kept-file.ts";
import type { Tag, TagList } from "./read-tags.ts";

/** What was read of a repository: every commit that a tag or HEAD reaches, and every tag. */
export type History = { readonly commits: CommitColumns; readonly tags: TagList };

/** Without a folder nothing is kept. */
export type HistoryCache = { readonly folder: string | undefined; readonly gitDir: string };

/** Its number changes with what is kept, and with what is read of a commit: an older file is no history then. */
const MAGIC = Buffer.from("steadfast history 3\n".padEnd(24));
const DIGEST_BYTES = 32;
const NUMBERS = 7;
/** Read as it was written only on a machine that orders bytes in the same way. */
const BYTE_ORDER = 0x01020304;
/** Magic, state, checksum, numbers, and what is missing to a multiple of 8: columns are used where they lie. */
const HEAD_BYTES = MAGIC.length + 2 * DIGEST_BYTES + (NUMBERS + 1) * 4;
/** A commit takes 160 bytes: nearly a million of them. 20 repositories take 2.5 GB at the worst, and in practice a few MB each. */
const BYTES_MAX = 128 * 1024 * 1024;
const FILES_MAX = 20;
const SUFFIX = ".history";
const TAG_FIELDS = 3;

export type KeptHistory = {
  /** What the history was read in. */
  readonly state: Buffer;
  /** Only for who has compared the state. `undefined`: the file was cut short, damaged, of another layout, or is not ours. */
  unpack(): History | undefined;
};

/** `undefined` where nothing was kept. */
export async function readKeptHistory(cache: HistoryCache): Promise<KeptHistory | undefined> {
  const content = await readKept(fileOf(cache));
  if (content === undefined || content.length < HEAD_BYTES || !content.subarray(0, MAGIC.length).equals(MAGIC)) return;
  return { state: content.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES), unpack: () => unpack(content) };
}

export async function keepHistory(cache: HistoryCache, state: Buffer, { commits, tags }: History): Promise<void> {
  const names = Buffer.from(tags.tags.flatMap(fieldsOf).join("\0"));
  const { parents, isMerge, text, digits } = commits;
  const numbers = Uint32Array.of(
    BYTE_ORDER,
    digits,
    isMerge.length,
    parents.length,
    text.length,
    names.length,
    tags.otherCount,
    0,
  );
  const columns = [...columnsOf(commits), text, names].map(bytesOf);
  const parts = [bytesOf(numbers), ...columns.flatMap(padded)];
  const bytes = parts.reduce((sum, { length }) => sum + length, MAGIC.length + 2 * DIGEST_BYTES);
  if (bytes <= BYTES_MAX) await keep(fileOf(cache), [MAGIC, state, digestOf(state, parts), ...parts]);
}

function columnsOf(commits: CommitColumns): readonly NodeJS.TypedArray[] {
  const { authoredAtMs, committedAtMs, ids, parentStart, parents, textAt } = commits;
  const { titleKeys, requestNumbers, isMerge, mayRevert } = commits;
  return [
    authoredAtMs,
    committedAtMs,
    ids,
    parentStart,
    parents,
    textAt,
    titleKeys,
    requestNumbers,
    isMerge,
    mayRevert,
  ];
}

function unpack(given: Buffer): History | undefined {
  // Columns of numbers must lie on a multiple of 8.
  const content = given.byteOffset % 8 === 0 ? given : Buffer.concat([given, Buffer.alloc(0)]);
  const state = content.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES);
  const checksum = content.subarray(MAGIC.length + DIGEST_BYTES, MAGIC.length + 2 * DIGEST_BYTES);
  if (!digestOf(state, [content.subarray(MAGIC.length + 2 * DIGEST_BYTES)]).equals(checksum)) return undefined;
  const { buffer, byteOffset } = content;
  const numbers = new Uint32Array(buffer, byteOffset + MAGIC.length + 2 * DIGEST_BYTES, NUMBERS);
  const [order, digits = 0, rows = 0, edges = 0, textBytes = 0, nameBytes = 0, otherCount = 0] = numbers;
  if (order !== BYTE_ORDER) return undefined;
  const words = (rows * digits) / 8;
  const lengths = [
    rows * 8,
    rows * 8,
    words * 4,
    (rows + 1) * 4,
    edges * 4,
    rows * 16,
    rows * 4,
    rows * 4,
    rows,
    rows,
    textBytes,
    nameBytes,
  ];
  const bytes = lengths.reduce((sum, length) => sum + paddedLength(length), HEAD_BYTES);
  if (!Number.isInteger(words) || bytes !== content.length) return undefined;
  let next = byteOffset + HEAD_BYTES;
  const take = (bytes: number): number => {
    const at = next;
    next += paddedLength(bytes);
    return at;
  };
  const commits: CommitColumns = {
    digits,
    authoredAtMs: new Float64Array(buffer, take(rows * 8), rows),
    committedAtMs: new Float64Array(buffer, take(rows * 8), rows),
    ids: new Uint32Array(buffer, take(words * 4), words),
    parentStart: new Int32Array(buffer, take((rows + 1) * 4), rows + 1),
    parents: new Int32Array(buffer, take(edges * 4), edges),
    textAt: new Int32Array(buffer, take(rows * 16), rows * 4),
    titleKeys: new Int32Array(buffer, take(rows * 4), rows),
    requestNumbers: new Int32Array(buffer, take(rows * 4), rows),
    isMerge: new Uint8Array(buffer, take(rows), rows),
    mayRevert: new Uint8Array(buffer, take(rows), rows),
    text: Buffer.from(buffer, take(textBytes), textBytes),
  };
  const names = Buffer.from(buffer, take(nameBytes), nameBytes).toString("utf8");
  return { commits, tags: { tags: tagsOf(names), otherCount } };
}

function fieldsOf({ name, commit, taggedAtMs }: Tag): readonly string[] {
  return [name, commit, taggedAtMs === null ? "" : String(taggedAtMs)];
}

function tagsOf(names: string): readonly Tag[] {
  const fields = names === "" ? [] : names.split("\0");
  const tags: Tag[] = [];
  for (let at = 0; at < fields.length; at += TAG_FIELDS) {
    const [name = "", commit = "", taggedAt = ""] = fields.slice(at, at + TAG_FIELDS);
    tags.push({ name, commit, taggedAtMs: taggedAt === "" ? null : Number(taggedAt) });
  }
  return tags;
}

function digestOf(state: Buffer, parts: readonly Uint8Array[]): Buffer {
  const digest = createHash("sha256").update(state);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: Uint8Array): readonly Uint8Array[] {
  return [bytes, new Uint8Array(paddedLength(bytes.length) - bytes.length)];
}

function paddedLength(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function fileOf({ folder, gitDir }: HistoryCache): KeptFile {
  return { folder, gitDir, suffix: SUFFIX, filesMax: FILES_MAX };
}
