import type { Readable } from "node:stream";
import { readChunks } from "./read-chunks.ts";
import { GitError } from "./run-git.ts";

/** A record longer than this is refused: no commit message is 64 MB long, and memory must have an end. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** Two full chunks: hardly any message is longer. */
const BYTES_AT_FIRST = 128 * 1024;

/**
 * Calls back with each whole record of a stream in which every field ends with a NUL byte. Bytes are decoded only where they are asked for: half of a long history's output
 * is messages that nobody reads.
 *
 * @param onRecord `ends[i]` is the position of field i's NUL; field i starts behind the one before, the first at `start`. The bytes are there during the call
 *   only; records that came together are of one buffer
 */
export async function readRecords(
  stdout: Readable,
  fieldCount: number,
  onRecord: (buffer: Buffer, start: number, ends: readonly number[]) => void,
): Promise<void> {
  let bytes = Buffer.allocUnsafe(BYTES_AT_FIRST);
  /** Bytes of a record whose end is yet to come; they were searched. */
  let rest = 0;
  /** Of that record's fields. */
  let ends: number[] = [];
  await readChunks(stdout, (chunk) => {
    const length = rest + chunk.length;
    if (length > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, bytes.length * 2));
      bytes.copy(larger, 0, 0, rest);
      bytes = larger;
    }
    chunk.copy(bytes, rest);
    const buffer = bytes.subarray(0, length);
    let start = 0;
    for (let end = buffer.indexOf(0, rest); end >= 0; end = buffer.indexOf(0, end + 1)) {
      ends.push(end);
      if (ends.length < fieldCount) continue;
      onRecord(buffer, start, ends);
      ends.length = 0;
      start = end + 1;
    }
    rest = length - start;
    if (rest > RECORD_BYTES_MAX) throw new GitError("git-failed", `a message of more than ${RECORD_BYTES_MAX} bytes`);
    if (start === 0) return;
    bytes.copyWithin(0, start, length);
    ends = ends.map((end) => end - start);
  });
}
