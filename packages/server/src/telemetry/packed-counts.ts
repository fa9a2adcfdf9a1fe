import { type ArmCounts, UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";
import { MAX_BUCKET_INDEX, MIN_BUCKET_INDEX } from "@steadfast/core/guard/histogram";

/**
 * An arm's counts as a string of bytes, one character each: on the heap, without a header of its own for each number, and
 * nothing for the garbage collector to look through. Counts of ten seconds are some 150 bytes; as objects they are 1,100.
 */
export type PackedCounts = string;

const HAS_LATENCY = 1;
const HAS_GROUPS = 2;
const HAS_UNITS = 4;

/** Seven bits a byte: a whole number up to 2⁵³ takes at most eight. */
const BYTES_PER_NUMBER_MAX = 8;
/** Requests, failures, what follows, three of the histogram's head, its buckets, two groups, three of the users. */
const NUMBERS_MAX = 9 + (MAX_BUCKET_INDEX - MIN_BUCKET_INDEX + 1) + 2 * UNIT_GROUP_COUNT;

/** Packing is synchronous: one buffer does for all. */
const BYTES = Buffer.alloc(NUMBERS_MAX * BYTES_PER_NUMBER_MAX);

/** @param counts whole numbers, 0 or more */
export function packCounts(counts: ArmCounts): PackedCounts {
  const { requests, failures, latency, groups, units } = counts;
  const has = (latency ? HAS_LATENCY : 0) + (groups ? HAS_GROUPS : 0) + (units ? HAS_UNITS : 0);
  let end = write([requests, failures, has], 0);
  if (latency) {
    const { zeroCount, offset, bucketCounts } = latency;
    // Without buckets the offset says nothing, and may be any.
    const first = bucketCounts.length === 0 ? 0 : offset - MIN_BUCKET_INDEX;
    end = write([zeroCount, first, bucketCounts.length], end);
    end = write(bucketCounts, end);
  }
  if (groups) end = write(groups.failures, write(groups.requests, end));
  if (units) end = write([units.seen, units.failed, units.firstSeen], end);
  return BYTES.toString("latin1", 0, end);
}

export function unpackCounts(packed: PackedCounts): ArmCounts {
  const read = readerOf(packed);
  const [requests, failures, has] = [read(), read(), read()];
  return {
    requests,
    failures,
    ...((has & HAS_LATENCY) !== 0 && { latency: readLatency(read) }),
    ...((has & HAS_GROUPS) !== 0 && {
      groups: { requests: readSome(read, UNIT_GROUP_COUNT), failures: readSome(read, UNIT_GROUP_COUNT) },
    }),
    ...((has & HAS_UNITS) !== 0 && { units: { seen: read(), failed: read(), firstSeen: read() } }),
  };
}

function readLatency(read: () => number): NonNullable<ArmCounts["latency"]> {
  const [zeroCount, first, length] = [read(), read(), read()];
  return { zeroCount, offset: length === 0 ? 0 : first + MIN_BUCKET_INDEX, bucketCounts: readSome(read, length) };
}

function readSome(read: () => number, count: number): number[] {
  return Array.from({ length: count }, read);
}

function write(numbers: readonly number[], start: number): number {
  let at = start;
  for (const number of numbers) {
    let rest = number;
    for (; rest >= 128; rest = Math.floor(rest / 128)) at = BYTES.writeUInt8((rest % 128) + 128, at);
    at = BYTES.writeUInt8(rest, at);
  }
  return at;
}

function readerOf(packed: PackedCounts): () => number {
  let at = 0;
  return () => {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = packed.charCodeAt(at);
      at += 1;
      if (byte < 128) return number + byte * factor;
      number += (byte - 128) * factor;
    }
  };
}
