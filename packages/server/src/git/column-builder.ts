import { type CommitColumns, PLACES } from "./commit-columns.ts";
import { IdTable } from "./id-table.ts";

const ROWS_AT_FIRST = 4_096;
const TEXT_BYTES_AT_FIRST = 256 * 1024;
/** Positions in the text are 32 bits: of the longest histories, twenty times as much as is kept. */
const TEXT_BYTES_MAX = 0x7fff_ffff;
const NO_ROW = -1;
/** Up to here bytes are copied one by one: asking for it natively takes longer. */
const SHORT_BYTES = 200;

/**
 * Takes the commits as git tells them, one after the other, and makes columns of them. Several gits may tell a part of the history each, all at once: the commits of the first part
 * come first in the columns, whoever was quicker. One told twice is taken once, in its first place.
 */
export class ColumnBuilder {
  readonly #ids: IdTable;
  #rows = 0;
  /** Of each part: its rows, in the order in which they were told. */
  readonly #told: number[][];
  #edges = 0;
  #textBytes = 0;
  /** By the number of an id: the row of the commit. */
  #rowOf = new Int32Array(0);
  #idOf = new Int32Array(0);
  #parentStart = new Int32Array(1);
  /** Numbers of ids, until all rows are known. */
  #parentIds = new Int32Array(0);
  #isMerge = new Uint8Array(0);
  #mayRevert = new Uint8Array(0);
  #titleKeys = new Int32Array(0);
  #requestNumbers = new Int32Array(0);
  #authoredAtMs = new Float64Array(0);
  #committedAtMs = new Float64Array(0);
  #textAt = new Int32Array(0);
  #text: Buffer = Buffer.allocUnsafe(TEXT_BYTES_AT_FIRST);

  /** @param digits of an id */
  constructor(digits: number, parts: number) {
    this.#ids = new IdTable(digits);
    this.#told = Array.from({ length: parts }, () => []);
  }

  /** Of an id. */
  get digits(): number {
    return this.#ids.digits;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Begins a commit: what follows until the next one is of it. `false`: it was told before. */
  begin(part: number, buffer: Buffer, idAt: number): boolean {
    const id = this.#ids.add(buffer, idAt);
    if (id >= this.#rowOf.length) this.#rowOf = grown(this.#rowOf, id + 1, NO_ROW);
    const known = this.#rowOf[id] ?? NO_ROW;
    this.#told[part]?.push(known === NO_ROW ? this.#rows : known);
    if (known !== NO_ROW) return false;
    if (this.#rows >= this.#idOf.length) this.#growRows();
    this.#idOf[this.#rows] = id;
    this.#rowOf[id] = this.#rows;
    this.#rows += 1;
    return true;
  }

  addParent(buffer: Buffer, idAt: number): void {
    if (this.#edges >= this.#parentIds.length) this.#parentIds = grown(this.#parentIds, this.#edges + 1, 0);
    this.#parentIds[this.#edges] = this.#ids.add(buffer, idAt);
    this.#edges += 1;
  }

  /** Ends the list of parents. @returns whether the commit is a merge */
  setTimes(authoredAtMs: number, committedAtMs: number): boolean {
    const row = this.#rows - 1;
    this.#authoredAtMs[row] = authoredAtMs;
    this.#committedAtMs[row] = committedAtMs;
    this.#parentStart[row + 1] = this.#edges;
    const isMerge = this.#edges - (this.#parentStart[row] ?? 0) > 1;
    this.#isMerge[row] = isMerge ? 1 : 0;
    return isMerge;
  }

  setMayRevert(): void {
    this.#mayRevert[this.#rows - 1] = 1;
  }

  setRequest(titleKey: number, requestNumber: number): void {
    this.#titleKeys[this.#rows - 1] = titleKey;
    this.#requestNumbers[this.#rows - 1] = requestNumber;
  }

  /** The author and, behind one more byte, the subject; each up to a byte of its own. */
  setHead(buffer: Buffer, authorFrom: number, authorTo: number, subjectFrom: number, subjectTo: number): void {
    const at = (this.#rows - 1) * PLACES;
    this.#textAt[at] = this.#textBytes;
    if (authorTo === subjectFrom - 1) this.#keep(buffer, authorFrom, subjectFrom);
    else {
      this.#keep(buffer, authorFrom, authorTo);
      this.#keep(buffer, subjectFrom - 1, subjectFrom);
    }
    this.#textAt[at + 1] = this.#textBytes;
    this.#keep(buffer, subjectFrom, subjectTo);
    this.#textAt[at + 2] = this.#textBytes;
    this.#textAt[at + 3] = this.#textBytes;
  }

  setBody(buffer: Buffer, from: number, to: number): void {
    this.#keep(buffer, from, to);
    this.#textAt[(this.#rows - 1) * PLACES + 3] = this.#textBytes;
  }

  build(): CommitColumns {
    const order = this.#order();
    const words = this.#ids.words;
    const wordsAnId = this.#ids.digits / 8;
    const ids = new Uint32Array(order.length * wordsAnId);
    const textAt = new Int32Array(order.length * PLACES);
    for (let place = 0; place < order.length; place += 1) {
      const row = order[place] ?? 0;
      const id = (this.#idOf[row] ?? 0) * wordsAnId;
      for (let word = 0; word < wordsAnId; word += 1) ids[place * wordsAnId + word] = words[id + word] ?? 0;
      for (let nth = 0; nth < PLACES; nth += 1) textAt[place * PLACES + nth] = this.#textAt[row * PLACES + nth] ?? 0;
    }
    return {
      digits: this.#ids.digits,
      ids,
      ...this.#knownParents(order),
      isMerge: inOrder(this.#isMerge, order, new Uint8Array(order.length)),
      mayRevert: inOrder(this.#mayRevert, order, new Uint8Array(order.length)),
      titleKeys: inOrder(this.#titleKeys, order, new Int32Array(order.length)),
      requestNumbers: inOrder(this.#requestNumbers, order, new Int32Array(order.length)),
      authoredAtMs: inOrder(this.#authoredAtMs, order, new Float64Array(order.length)),
      committedAtMs: inOrder(this.#committedAtMs, order, new Float64Array(order.length)),
      textAt,
      text: this.#text.subarray(0, this.#textBytes),
    };
  }

  /** Rows, part after part. */
  #order(): Int32Array {
    const order = new Int32Array(this.#rows);
    const isTaken = new Uint8Array(this.#rows);
    let count = 0;
    for (const rows of this.#told)
      for (const row of rows) {
        if (isTaken[row] === 1) continue;
        isTaken[row] = 1;
        order[count++] = row;
      }
    return order;
  }

  /** Parents as places in the order. Those that were never told are left out, and so is a commit that a graft made its own parent. */
  #knownParents(order: Int32Array): Pick<CommitColumns, "parentStart" | "parents"> {
    const placeOf = new Int32Array(this.#rows);
    for (let place = 0; place < order.length; place += 1) placeOf[order[place] ?? 0] = place;
    const parentStart = new Int32Array(this.#rows + 1);
    const parents = new Int32Array(this.#edges);
    let count = 0;
    for (let place = 0; place < order.length; place += 1) {
      const row = order[place] ?? 0;
      const end = this.#parentStart[row + 1] ?? 0;
      for (let edge = this.#parentStart[row] ?? 0; edge < end; edge += 1) {
        const parent = this.#rowOf[this.#parentIds[edge] ?? 0] ?? NO_ROW;
        if (parent !== NO_ROW && parent !== row) parents[count++] = placeOf[parent] ?? 0;
      }
      parentStart[place + 1] = count;
    }
    return { parentStart, parents: parents.slice(0, count) };
  }

  #keep(buffer: Buffer, from: number, to: number): void {
    const end = this.#textBytes + to - from;
    if (end > this.#text.length) {
      if (end > TEXT_BYTES_MAX) throw new RangeError(`messages of more than ${TEXT_BYTES_MAX} bytes`);
      const larger = Buffer.allocUnsafe(Math.min(TEXT_BYTES_MAX, Math.max(end, this.#text.length * 2)));
      this.#text.copy(larger, 0, 0, this.#textBytes);
      this.#text = larger;
    }
    if (to - from > SHORT_BYTES) buffer.copy(this.#text, this.#textBytes, from, to);
    else for (let at = from; at < to; at += 1) this.#text[this.#textBytes + at - from] = buffer[at] ?? 0;
    this.#textBytes = end;
  }

  #growRows(): void {
    const rows = Math.max(ROWS_AT_FIRST, this.#rows * 2);
    this.#idOf = grown(this.#idOf, rows, 0);
    this.#parentStart = grown(this.#parentStart, rows + 1, 0);
    this.#textAt = grown(this.#textAt, rows * PLACES, 0);
    this.#titleKeys = grown(this.#titleKeys, rows, 0);
    this.#requestNumbers = grown(this.#requestNumbers, rows, 0);
    this.#isMerge = enlarged(this.#isMerge, new Uint8Array(rows));
    this.#mayRevert = enlarged(this.#mayRevert, new Uint8Array(rows));
    this.#authoredAtMs = enlarged(this.#authoredAtMs, new Float64Array(rows));
    this.#committedAtMs = enlarged(this.#committedAtMs, new Float64Array(rows));
  }
}

/** At least `length` long, and twice as long as before; what is new is `filler`. */
function grown(column: Int32Array<ArrayBuffer>, length: number, filler: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, column.length * 2, ROWS_AT_FIRST)).fill(filler, column.length);
  return enlarged(column, larger);
}

function enlarged<Column extends { set(from: Column): void }>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}

function inOrder<Column extends { [index: number]: number }>(column: Column, order: Int32Array, into: Column): Column {
  for (let place = 0; place < order.length; place += 1) into[place] = column[order[place] ?? 0] ?? 0;
  return into;
}
