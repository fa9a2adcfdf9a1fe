import { UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";

/**
 * The unit group of some bytes: FNV-1a, mixed by MurmurHash3's finaliser so that ids which differ at the end only still
 * spread, scaled onto the groups. One-way in practice: 20 groups tell nothing of who it was.
 *
 * @returns 0..`UNIT_GROUP_COUNT` − 1
 */
export function unitGroupOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let position = start; position < end; position += 1) {
    hash = Math.imul(hash ^ (bytes[position] ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) * UNIT_GROUP_COUNT) / 0x1_0000_0000);
}
