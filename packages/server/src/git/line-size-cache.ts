import type { CommitColumns } from "./commit-columns.ts";
import { IdTable } from "./id-table.ts";
import { type KeptFile, keep, readKept } from "./kept-file.ts";

/** `magic`, then one record a commit: 20 bytes of its id, 4 of its first parent's, 4 bytes of lines. Written whole or not at all. */
const MAGIC = Buffer.from("steadfast lines 2\n");
const WORD_BYTES = 4;
/** Of an id the first 20 bytes are kept, also where ids are SHA-256. */
const WORDS_AN_ID = 5;
const ID_DIGITS = 40;
const RECORD_BYTES = (WORDS_AN_ID + 2) * WORD_BYTES;
const LINES_MAX = 0xffff_ffff;
/** A million commits take 28 MB; 40 repositories at most 1 GB, and in practice a few MB. */
const RECORDS_MAX = 1_000_000;
const FILES_MAX = 40;
const SUFFIX = ".lines";

/** Sizes of commits never change, while git shows the same first parent (a graft, a replaced object, a clone's depth change that): kept by both ids, a file a repository, in the user's cache folder. Without one nothing is kept. */
export type LineSizeCache = { readonly folder: string | undefined; readonly gitDir: string };

/** Lines added + removed, by commit. */
export class LineSizes {
  readonly #ids: IdTable;
  /** By the number of an id: the first word of its first parent's, and the lines against that one. */
  readonly #parents: number[];
  readonly #lines: number[];

  private constructor(ids: IdTable, parents: number[], lines: number[]) {
    this.#ids = ids;
    this.#parents = parents;
    this.#lines = lines;
  }

  /** What was kept; a file that is missing, cut short or not ours is an empty cache. */
  static async read(cache: LineSizeCache): Promise<LineSizes> {
    const content = await readKept(fileOf(cache));
    const length = (content?.length ?? 0) - MAGIC.length;
    const isOurs =
      length > 0 && length % RECORD_BYTES === 0 && content?.subarray(0, MAGIC.length).equals(MAGIC) === true;
    if (content === undefined || !isOurs) return new LineSizes(new IdTable(ID_DIGITS), [], []);
    const count = length / RECORD_BYTES;
    const words = new Uint32Array(count * WORDS_AN_ID);
    const parents: number[] = [];
    const lines: number[] = [];
    const view = new DataView(content.buffer, content.byteOffset + MAGIC.length, length);
    for (let record = 0; record < count; record += 1) {
      const at = record * RECORD_BYTES;
      for (let word = 0; word < WORDS_AN_ID; word += 1)
        words[record * WORDS_AN_ID + word] = view.getUint32(at + word * WORD_BYTES);
      parents.push(view.getUint32(at + WORDS_AN_ID * WORD_BYTES));
      lines.push(view.getUint32(at + (WORDS_AN_ID + 1) * WORD_BYTES, true));
    }
    return new LineSizes(IdTable.of(ID_DIGITS, words), parents, lines);
  }

  of(commits: CommitColumns, commit: number): number | undefined {
    const found = this.#ids.findWords(commits.ids, commit * (commits.digits / 8));
    return found !== undefined && this.#parents[found] === parentWord(commits, commit) ? this.#lines[found] : undefined;
  }

  set(commits: CommitColumns, commit: number, lines: number): void {
    const number = this.#ids.addWords(commits.ids, commit * (commits.digits / 8));
    this.#parents[number] = parentWord(commits, commit);
    this.#lines[number] = Math.min(lines, LINES_MAX);
  }

  async write(cache: LineSizeCache): Promise<void> {
    const from = Math.max(0, this.#lines.length - RECORDS_MAX);
    const content = Buffer.alloc(MAGIC.length + (this.#lines.length - from) * RECORD_BYTES);
    MAGIC.copy(content);
    const { words } = this.#ids;
    for (let id = from; id < this.#lines.length; id += 1) {
      const at = MAGIC.length + (id - from) * RECORD_BYTES;
      for (let word = 0; word < WORDS_AN_ID; word += 1)
        content.writeUInt32BE(words[id * WORDS_AN_ID + word] ?? 0, at + word * WORD_BYTES);
      content.writeUInt32BE(this.#parents[id] ?? 0, at + WORDS_AN_ID * WORD_BYTES);
      content.writeUInt32LE(this.#lines[id] ?? 0, at + (WORDS_AN_ID + 1) * WORD_BYTES);
    }
    await keep(fileOf(cache), [content]);
  }
}

/** Of the first parent's id; 0: it has none here. */
function parentWord({ ids, digits, parents, parentStart }: CommitColumns, commit: number): number {
  const first = parentStart[commit] ?? 0;
  return first === parentStart[commit + 1] ? 0 : (ids[(parents[first] ?? 0) * (digits / 8)] ?? 0);
}

function fileOf({ folder, gitDir }: LineSizeCache): KeptFile {
  return { folder, gitDir, suffix: SUFFIX, filesMax: FILES_MAX };
}
