/** Value of each hexadecimal digit, by its character code; 0 for what is none. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0);
const DIGITS_A_WORD = 8;
/** Slots for each id at least: with half of them empty a search ends after a step or two. */
const SLOTS_AN_ID = 2;
const SLOTS_MIN = 1_024;
const EMPTY = 0;

/**
 * Ids of commits, numbered from 0 in the order in which they are first seen. Ids are kept as words of 32 bits, and read from git's output without a string: a long
 * history names each of them twice. 28 bytes an id of 40 digits.
 */
export class IdTable {
  /** 40 or 64. */
  readonly digits: number;
  readonly #wordsAnId: number;
  #words: Uint32Array;
  #size = 0;
  /** Number of an id + 1, at the place that its first word says or behind it; `EMPTY`. A power of two long. */
  #slots = new Int32Array(SLOTS_MIN);
  readonly #wanted: Uint32Array;

  constructor(digits: number) {
    this.digits = digits;
    this.#wordsAnId = digits / DIGITS_A_WORD;
    this.#words = new Uint32Array((SLOTS_MIN / SLOTS_AN_ID) * this.#wordsAnId);
    this.#wanted = new Uint32Array(this.#wordsAnId);
  }

  /** From what `words` gave. */
  static of(digits: number, words: Uint32Array): IdTable {
    const table = new IdTable(digits);
    table.#words = words;
    table.#size = words.length / table.#wordsAnId;
    table.#rebuildSlots();
    return table;
  }

  get size(): number {
    return this.#size;
  }

  /** All ids, one behind the other, in the order of their numbers. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#size * this.#wordsAnId);
  }

  /** Number of the id whose digits begin here, a new one if it was not seen before. */
  add(buffer: Uint8Array, at: number): number {
    for (let word = 0; word < this.#wordsAnId; word += 1) {
      const from = at + word * DIGITS_A_WORD;
      let value = 0;
      for (let digit = 0; digit < DIGITS_A_WORD; digit += 1)
        value = (value << 4) | (DIGITS[buffer[from + digit] ?? 0] ?? 0);
      this.#wanted[word] = value;
    }
    return this.#numberOrNew();
  }

  /** The same of an id as `words` has it. */
  addWords(words: Uint32Array, at: number): number {
    this.#want(words, at);
    return this.#numberOrNew();
  }

  /** @param sha lower-case; `undefined` for one that is not here or not whole */
  find(sha: string): number | undefined {
    if (sha.length !== this.digits) return undefined;
    for (let word = 0; word < this.#wordsAnId; word += 1) {
      const from = word * DIGITS_A_WORD;
      let value = 0;
      for (let digit = 0; digit < DIGITS_A_WORD; digit += 1)
        value = (value << 4) | (DIGITS[sha.charCodeAt(from + digit)] ?? 0);
      this.#wanted[word] = value;
    }
    return this.#number();
  }

  /** The same of an id as `words` has it. */
  findWords(words: Uint32Array, at: number): number | undefined {
    this.#want(words, at);
    return this.#number();
  }

  sha(id: number): string {
    let sha = "";
    for (let word = 0; word < this.#wordsAnId; word += 1)
      sha += (this.#words[id * this.#wordsAnId + word] ?? 0).toString(16).padStart(DIGITS_A_WORD, "0");
    return sha;
  }

  #want(words: Uint32Array, at: number): void {
    for (let word = 0; word < this.#wordsAnId; word += 1) this.#wanted[word] = words[at + word] ?? 0;
  }

  #number(): number | undefined {
    const found = this.#slots[this.#findSlot()] ?? EMPTY;
    return found === EMPTY ? undefined : found - 1;
  }

  #numberOrNew(): number {
    const slot = this.#findSlot();
    const found = this.#slots[slot] ?? EMPTY;
    return found === EMPTY ? this.#append(slot) : found - 1;
  }

  /** Of the wanted id, or the empty one in which it would stand. */
  #findSlot(): number {
    const mask = this.#slots.length - 1;
    let slot = (this.#wanted[0] ?? 0) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? EMPTY;
      if (found === EMPTY || this.#isWanted(found - 1)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isWanted(id: number): boolean {
    const from = id * this.#wordsAnId;
    for (let word = 0; word < this.#wordsAnId; word += 1)
      if (this.#words[from + word] !== this.#wanted[word]) return false;
    return true;
  }

  #append(slot: number): number {
    const id = this.#size;
    if ((id + 1) * this.#wordsAnId > this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words.set(this.#wanted, id * this.#wordsAnId);
    this.#size = id + 1;
    this.#slots[slot] = id + 1;
    if (this.#size * SLOTS_AN_ID > this.#slots.length) this.#rebuildSlots();
    return id;
  }

  #rebuildSlots(): void {
    let length = SLOTS_MIN;
    while (length < this.#size * SLOTS_AN_ID * 2) length *= 2;
    const slots = new Int32Array(length);
    for (let id = 0; id < this.#size; id += 1) {
      let slot = (this.#words[id * this.#wordsAnId] ?? 0) & (length - 1);
      while (slots[slot] !== EMPTY) slot = (slot + 1) & (length - 1);
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}
