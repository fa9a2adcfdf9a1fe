import type { Readable } from "node:stream";
import { readChunks } from "./read-chunks.ts";

/** A record longer than this is refused: no commit message is 64 MB long, and memory must have an end. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Calls back with each whole record of a stream in which every field ends with a NUL byte. Bytes are decoded only where they are asked for: half of a long history's output
 * is messages that nobody reads.
 *
 * @param onRecord `ends[i]` is the position of field i's NUL; field i starts behind the one before, the first at `start`
 */
export async function readRecords(
  stdout: Readable,
  fieldCount: number,
  onRecord: (buffer: Buffer, start: number, ends: readonly number[]) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  const ends: number[] = [];
  await readChunks(stdout, (chunk) => {
    const buffer: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    let from = 0;
    ends.length = 0;
    for (let end = buffer.indexOf(0, from); end >= 0; end = buffer.indexOf(0, from)) {
      ends.push(end);
      from = end + 1;
      if (ends.length < fieldCount) continue;
      onRecord(buffer, start, ends);
      ends.length = 0;
      start = from;
    }
    rest = buffer.subarray(start);
    if (rest.length > RECORD_BYTES_MAX) throw new RangeError(`a record of more than ${RECORD_BYTES_MAX} bytes`);
  });
}
