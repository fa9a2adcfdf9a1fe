import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_STATE, hashAfter, murmurHash, stateAfter } from "./murmur-hash.ts";

/** The algorithm as its author states it, over bytes, to check the reading of strings against. */
function byteHash(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scramble = (k: number) => {
    const product = Math.imul(k, 0xcc9e2d51);
    return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  };
  let hash = seed;
  const blocks = bytes.length >> 2;
  for (let block = 0; block < blocks; block++) {
    hash ^= scramble(view.getUint32(block * 4, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let index = bytes.length - 1; index >= blocks * 4; index--) tail = (tail << 8) | (bytes[index] ?? 0);
  hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const anyText = fc.string({
  unit: fc.constantFrom("a", "Z", "0", ":", "é", "ß", "€", "漢", "😀", "\ud83d", "\udc00", "\0"),
});

describe("murmurHash", () => {
  // The vectors that implementations publish, for instance PeterScott/murmur3, Guava and Wikipedia's list.
  it.each([
    ["", 0, 0x00000000],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["\0\0\0\0", 0, 0x2362f9de],
    ["aaaa", 0x9747b28c, 0x5a97808a],
    ["aaa", 0x9747b28c, 0x283e0130],
    ["aa", 0x9747b28c, 0x5d211726],
    ["a", 0x9747b28c, 0x7fa09ea6],
    ["abcd", 0x9747b28c, 0xf0478627],
    ["abc", 0x9747b28c, 0xc84a62dd],
    ["ab", 0x9747b28c, 0x74875592],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["ππππππππ", 0x9747b28c, 0xd58063c1],
    ["Hello, world!", 1234, 0xfaf6cdb3],
    ["Hello, world!", 4321, 0xbf505788],
    ["xxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1234, 0x8905ac28],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
  ])("hashes %j with seed %d as published", (text, seed, expected) => {
    expect(murmurHash(text, seed)).toBe(expected);
  });

  it("hashes the UTF-8 bytes of any string, lone surrogates as U+FFFD", () => {
    fc.assert(
      fc.property(anyText, fc.integer(), (text, seed) => {
        expect(murmurHash(text, seed)).toBe(byteHash(new TextEncoder().encode(text), seed));
      }),
    );
  });

  it("goes on from the state of a prefix as if the whole had been read", () => {
    fc.assert(
      fc.property(anyText, anyText, (prefix, rest) => {
        // A pair that the cut separates is two lone surrogates, not a character.
        fc.pre(!(/[\ud800-\udbff]$/.test(prefix) && /^[\udc00-\udfff]/.test(rest)));

        expect(hashAfter(stateAfter(EMPTY_STATE, prefix), rest)).toBe(murmurHash(prefix + rest));
      }),
    );
  });
});
