import type { Readable } from "node:stream";
import { readChunks } from "./read-chunks.ts";
import { timeOf } from "./read-commits.ts";
import { GitError, type GitPlace, runGit } from "./run-git.ts";

/** What the object of an annotated tag says in its head. */
export type TagObject = {
  readonly target: string;
  /** Of the target: `commit`, `tag`, `tree` or `blob`. */
  readonly kind: string;
  readonly taggedAtMs: number | null;
};

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const CLOSING = 62;
const OBJECT = Buffer.from("object ");
const TYPE = Buffer.from("type ");
const TAGGER = Buffer.from("tagger ");
/** The head of a tag stands before its message, which may be a book: of all objects this much is looked at. */
const HEAD_BYTES_MAX = 16_384;
/** Object id, kind and size. */
const LINE_BYTES_MAX = 256;

/** @returns in the order of the ids; `undefined` for an object that is gone. @throws {GitError} */
export async function readTagObjects(
  place: GitPlace,
  ids: readonly string[],
): Promise<readonly (TagObject | undefined)[]> {
  const found: (TagObject | undefined)[] = [];
  if (ids.length === 0) return found;
  const input = [`${ids.join("\n")}\n`];
  await runGit(place, ["cat-file", "--buffer", "--batch"], (stdout) => readObjects(stdout, found), input);
  return found;
}

/** `ID KIND SIZE`, a newline, as many bytes, a newline; or `ID missing` and a newline. */
async function readObjects(stdout: Readable, found: (TagObject | undefined)[]): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let skipped = 0;
  await readChunks(stdout, (chunk) => {
    const fresh: Buffer = skipped > 0 ? chunk.subarray(Math.min(skipped, chunk.length)) : chunk;
    skipped -= chunk.length - fresh.length;
    const buffer: Buffer = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    let at = 0;
    for (;;) {
      const lineEnd = endOfLine(buffer, at);
      if (lineEnd === buffer.length) {
        if (buffer.length - at > LINE_BYTES_MAX)
          throw new GitError("git-failed", "it told of an object in more words than it has");
        break;
      }
      const bytes = numberBefore(buffer, lineEnd);
      // Whole, or as much as is looked at.
      if (buffer.length < lineEnd + 1 + Math.min(bytes + 1, HEAD_BYTES_MAX)) break;
      const next = lineEnd + 1 + bytes + 1;
      found.push(bytes < 0 ? undefined : headOf(buffer, lineEnd + 1, Math.min(next - 1, lineEnd + 1 + HEAD_BYTES_MAX)));
      at = Math.min(next, buffer.length);
      skipped = next - at;
    }
    rest = buffer.subarray(at);
  });
}

/** The number at the end of a line; -1: a word stands there. */
function numberBefore(buffer: Buffer, end: number): number {
  let number = 0;
  let scale = 1;
  for (let at = end - 1; at >= 0 && buffer[at] !== SPACE; at -= 1) {
    const digit = (buffer[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number += digit * scale;
    scale *= 10;
  }
  return number;
}

/** The lines before the first empty one: `object`, `type`, `tag`, and mostly `tagger`. */
function headOf(buffer: Buffer, from: number, to: number): TagObject | undefined {
  let target: string | undefined;
  let kind: string | undefined;
  let taggedAtMs: number | null = null;
  for (let at = from; at < to; ) {
    const end = Math.min(to, endOfLine(buffer, at));
    if (end === at) break;
    if (startsWith(buffer, at, OBJECT)) target = buffer.toString("latin1", at + OBJECT.length, end);
    else if (startsWith(buffer, at, TYPE)) kind = buffer.toString("latin1", at + TYPE.length, end);
    else if (startsWith(buffer, at, TAGGER)) taggedAtMs = dateIn(buffer, at, end);
    at = end + 1;
  }
  return target === undefined || kind === undefined ? undefined : { target, kind, taggedAtMs };
}

/** The seconds behind `NAME <ADDRESS> `; `null` where there are none. The first address ends the name, as git has it. */
function dateIn(buffer: Buffer, from: number, end: number): number | null {
  let at = from;
  while (at < end && (buffer[at] !== CLOSING || buffer[at + 1] !== SPACE)) at += 1;
  const digits = /^> (\d+)/.exec(buffer.toString("latin1", at, end))?.[1];
  return digits === undefined ? null : timeOf(digits);
}

function startsWith(buffer: Buffer, at: number, word: Buffer): boolean {
  for (let index = 0; index < word.length; index += 1) if (buffer[at + index] !== word[index]) return false;
  return true;
}

function endOfLine(buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length && buffer[at] !== NEWLINE) at += 1;
  return at;
}
