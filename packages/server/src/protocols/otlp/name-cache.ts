const SLOT_COUNT = 1_024;
/** A flag's key is at most 100 characters and a variant's name too: 4 bytes a character, and some. Longer names are cut. */
export const NAME_MAX_BYTES = 512;

type Slot = { readonly bytes: Uint8Array; readonly text: string };

/**
 * Turns the same few names, met again and again as bytes, into the same string without decoding or allocating.
 *
 * Direct-mapped: a name whose slot is taken replaces it, so memory is bounded by 1,024 names of 512 bytes whatever is sent.
 */
export class NameCache {
  readonly #slots: (Slot | undefined)[] = new Array<Slot | undefined>(SLOT_COUNT).fill(undefined);

  read(bytes: Buffer, start: number, end: number): string {
    const stop = Math.min(end, start + NAME_MAX_BYTES);
    let hash = stop - start;
    for (let position = start; position < stop; position += 1) hash = Math.imul(hash, 31) + (bytes[position] ?? 0);
    const index = (hash ^ (hash >>> 15)) & (SLOT_COUNT - 1);

    const slot = this.#slots[index];
    if (slot !== undefined && isSame(slot.bytes, bytes, start, stop)) return slot.text;

    const text = bytes.toString("utf8", start, stop);
    this.#slots[index] = { bytes: Uint8Array.prototype.slice.call(bytes, start, stop), text };
    return text;
  }
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean {
  if (name.length !== stop - start) return false;
  for (let position = 0; position < name.length; position += 1) {
    if (name[position] !== bytes[start + position]) return false;
  }
  return true;
}
