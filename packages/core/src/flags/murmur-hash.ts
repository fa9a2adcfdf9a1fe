/**
 * MurmurHash3_x86_32 over UTF-8 bytes, read straight from the string: nothing is encoded or allocated.
 *
 * @see https://github.com/aappleby/smhasher/wiki/MurmurHash3
 */

/** The hash of a prefix that was read, ready to go on with what follows it. */
export type MurmurState = {
  /** The mixed whole blocks of 4 bytes. */
  readonly hash: number;
  /** The 0..3 bytes after the last whole block, little-endian. */
  readonly tail: number;
  /** Bits in `tail`: 0, 8, 16 or 24. */
  readonly tailBits: number;
  /** Bytes read so far. */
  readonly length: number;
};

export const EMPTY_STATE: MurmurState = { hash: 0, tail: 0, tailBits: 0, length: 0 };

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const REPLACEMENT_CHARACTER = 0xfffd;

/** The unsigned 32-bit hash of `text`, 0..2³²−1. */
export function murmurHash(text: string, seed = 0): number {
  return hashAfter({ hash: seed | 0, tail: 0, tailBits: 0, length: 0 }, text);
}

/** The state after `prefix`, to be kept and gone on from. */
export function stateAfter(state: MurmurState, prefix: string): MurmurState {
  return absorb(state, prefix);
}

/** The unsigned 32-bit hash of the bytes in `state` followed by those of `text`. O(length). */
export function hashAfter(state: MurmurState, text: string): number {
  return signedHashAfter(state, text) >>> 0;
}

/** `hashAfter` as a signed integer: an unsigned one above 2³¹ is a number on the heap, which costs 5 ns. */
export function signedHashAfter(state: MurmurState, text: string): number {
  const size = text.length;
  let hash = state.hash;
  let index = 0;

  if (state.tailBits !== 0) {
    let tail = state.tail;
    let bits = state.tailBits;
    for (; index < size && bits < 32; index++, bits += 8) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return finish(absorb(state, text));
      tail |= code << bits;
    }
    if (bits < 32) return avalanche(hash ^ scramble(tail), state.length + size);
    hash = mix(hash, tail);
  }

  for (; index + 4 <= size; index += 4) {
    const a = text.charCodeAt(index);
    const b = text.charCodeAt(index + 1);
    const c = text.charCodeAt(index + 2);
    const d = text.charCodeAt(index + 3);
    if ((a | b | c | d) > 0x7f) return finish(absorb(state, text));
    hash = mix(hash, a | (b << 8) | (c << 16) | (d << 24));
  }

  let tail = 0;
  for (let bits = 0; index < size; index++, bits += 8) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return finish(absorb(state, text));
    tail |= code << bits;
  }
  return avalanche(hash ^ scramble(tail), state.length + size);
}

/** Reads any text, non-ASCII included. A lone surrogate counts as U+FFFD, as every UTF-8 encoder has it. */
function absorb(state: MurmurState, text: string): MurmurState {
  let { hash, tail, tailBits, length } = state;

  for (let index = 0; index < text.length; index++) {
    const point = codePoint(text, index);
    if (point > 0xffff) index++;

    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < size; byte++) {
      tail |= utf8Byte(point, size, byte) << tailBits;
      tailBits += 8;
      if (tailBits < 32) continue;
      hash = mix(hash, tail);
      tail = 0;
      tailBits = 0;
    }
    length += size;
  }
  return { hash, tail, tailBits, length };
}

function codePoint(text: string, index: number): number {
  const point = text.codePointAt(index) ?? REPLACEMENT_CHARACTER;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT_CHARACTER : point;
}

function utf8Byte(point: number, size: number, byte: number): number {
  if (size === 1) return point;
  const bits = (point >> (6 * (size - 1 - byte))) & 0x3f;
  if (byte > 0) return 0x80 | bits;
  return size === 2 ? 0xc0 | bits : size === 3 ? 0xe0 | (bits & 0x0f) : 0xf0 | (bits & 0x07);
}

function finish(state: MurmurState): number {
  return avalanche(state.hash ^ scramble(state.tail), state.length);
}

function scramble(block: number): number {
  const product = Math.imul(block, C1);
  return Math.imul((product << 15) | (product >>> 17), C2);
}

function mix(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function avalanche(mixed: number, length: number): number {
  let hash = mixed ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
