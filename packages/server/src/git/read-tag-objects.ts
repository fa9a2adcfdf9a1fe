import type { Readable } from "node:stream";
import { readChunks } from "./read-chunks.ts";
import { timeOf } from "./read-commits.ts";
import { type GitPlace, runGit } from "./run-git.ts";

/** What the object of an annotated tag says in its head. */
export type TagObject = {
  readonly target: string;
  /** Of the target: `commit`, `tag`, `tree` or `blob`. */
  readonly kind: string;
  readonly taggedAtMs: number | null;
};

const NEWLINE = 10;
/** The head of a tag stands before its message, which may be a book: of all objects this much is looked at. */
const HEAD_BYTES_MAX = 4_096;
/** Object id, kind and size. */
const LINE_BYTES_MAX = 256;

/** Tag objects by their ids; those that are gone are left out. @throws {GitError} */
export async function readTagObjects(place: GitPlace, ids: readonly string[]): Promise<ReadonlyMap<string, TagObject>> {
  const found = new Map<string, TagObject>();
  if (ids.length === 0) return found;
  const input = [ids.map((id) => `${id}\n`).join("")];
  await runGit(place, ["cat-file", "--buffer", "--batch"], (stdout) => readObjects(stdout, found), input);
  return found;
}

/** `ID KIND SIZE`, a newline, as many bytes, a newline; or `ID missing` and a newline. */
async function readObjects(stdout: Readable, found: Map<string, TagObject>): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let skipped = 0;
  await readChunks(stdout, (chunk) => {
    const fresh: Buffer = skipped > 0 ? chunk.subarray(Math.min(skipped, chunk.length)) : chunk;
    skipped -= chunk.length - fresh.length;
    let buffer: Buffer = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    for (;;) {
      const lineEnd = buffer.indexOf(NEWLINE);
      if (lineEnd < 0) {
        if (buffer.length > LINE_BYTES_MAX) throw new RangeError("git told of an object in more words than it has");
        break;
      }
      const [id = "", , size] = buffer.toString("latin1", 0, lineEnd).split(" ");
      const bytes = size === undefined ? -1 : Number(size);
      // Whole, or as much as is looked at.
      if (buffer.length < lineEnd + 1 + Math.min(bytes + 1, HEAD_BYTES_MAX)) break;
      const next = lineEnd + 1 + bytes + 1;
      if (bytes >= 0) {
        const about = headOf(buffer.toString("utf8", lineEnd + 1, Math.min(next - 1, lineEnd + 1 + HEAD_BYTES_MAX)));
        if (about !== undefined) found.set(id, about);
      }
      skipped = Math.max(0, next - buffer.length);
      buffer = buffer.subarray(Math.min(next, buffer.length));
    }
    rest = buffer;
  });
}

/** The lines before the first empty one: `object`, `type`, `tag`, and mostly `tagger`. */
function headOf(text: string): TagObject | undefined {
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const target = /^object ([0-9a-f]+)$/m.exec(head)?.[1];
  const kind = /^type (\w+)$/m.exec(head)?.[1];
  if (target === undefined || kind === undefined) return undefined;
  const seconds = /^tagger .*> (\d+)(?: |$)/m.exec(head)?.[1];
  return { target, kind, taggedAtMs: seconds === undefined ? null : timeOf(seconds) };
}
