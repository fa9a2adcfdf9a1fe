import type { Readable } from "node:stream";
import {
  isSpace,
  mergedNumberAt,
  requestTitleOf,
  titleKey,
  titleKeyOf,
  trailingNumberAt,
} from "@steadfast/core/delivery/request-title";
import { ColumnBuilder } from "./column-builder.ts";
import { type CommitColumns, SUBJECT_CHARACTERS_MAX } from "./commit-columns.ts";
import { readRecords } from "./null-separated.ts";
import { type GitPlace, runGit } from "./run-git.ts";
import { together } from "./together.ts";

/** None of the first ones can hold a newline (a subject of several lines is joined by spaces), so that the bytes need no further mark. */
const HEAD = ["%H", "%P", "%at", "%ct", "%an <%ae>", "%s"];
export const COMMIT_FORMAT = `${HEAD.join("%n")}%x00%b`;
const FIELD_COUNT = 2;
/** A character takes four bytes at most; an author is cut as a subject is. */
const PART_BYTES_MAX = 4 * SUBJECT_CHARACTERS_MAX;
const BODY_BYTES_MAX = 20_000;
/** "Revert", "revert", "reverts", … without asking for each spelling. */
const REVERT_SIGN = Buffer.from("evert");
const SHA1_DIGITS = 40;
const PROGRESS_EVERY = 2_000;
/** What a date may be in JavaScript, either way: git takes any number of seconds. */
const TIME_MS_MAX = 8_640_000_000_000_000;
const NEWLINE = 10;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
/** Makes a capital letter of ASCII a small one. */
const SMALL = 32;
const SMALL_A = 97;
const SMALL_E = 101;
const SMALL_P = 112;
const SMALL_V = 118;

/** Where a history is read from: HEAD's commit, `null` where there is none, and what its tags name, older ones first. */
export type Tips = { readonly head: string | null; readonly tagged: readonly string[] };

/** With fewer tags a history is read in one part: a second git would take longer to start. */
const SPLIT_TAGS_MIN = 50;

/**
 * Every commit that a tag or HEAD reaches, streamed from `git log`, two of them where there are tags enough. Bodies are kept where they name a revert, and of merges.
 *
 * @throws {GitError}
 */
export async function readCommits(
  place: GitPlace,
  tips: Tips,
  onProgress: (commits: number) => void = () => {},
): Promise<CommitColumns> {
  const parts = partsOf(tips).filter(({ length }) => length > 0);
  let builder: ColumnBuilder | undefined;
  const read = async (where: GitPlace, lines: readonly string[], part: number): Promise<void> => {
    await readPart(where, lines, (buffer, spot) => {
      builder ??= new ColumnBuilder(buffer.indexOf(NEWLINE, spot.start) - spot.start, parts.length);
      addCommit(builder, part, buffer, spot);
      if (builder.rows % PROGRESS_EVERY === 0) onProgress(builder.rows);
    });
  };
  await together(place, (where) => parts.map((lines, part) => read(where, lines, part)));
  return (builder ?? new ColumnBuilder(SHA1_DIGITS, 0)).build();
}

/**
 * What to ask each git for. A tag from the middle parts the history in two: all that it and the older ones reach, and all that the newer ones and HEAD do
 * but it does not. Whichever tag it is, nothing is left out; what both tell is taken once.
 */
function partsOf({ head, tagged }: Tips): readonly (readonly string[])[] {
  const newest = head === null ? [] : [head];
  if (tagged.length < SPLIT_TAGS_MIN) return [[...newest, ...tagged]];
  const older = tagged.slice(0, tagged.length >> 1);
  return [[...newest, ...tagged.slice(older.length), `^${older.at(-1) ?? ""}`], older];
}

async function readPart(
  place: GitPlace,
  tips: readonly string[],
  onCommit: (buffer: Buffer, spot: Spot) => void,
): Promise<void> {
  const args = ["log", "-z", `--format=tformat:${COMMIT_FORMAT}`, "--no-show-signature", "--ignore-missing", "--stdin"];
  const read = async (stdout: Readable): Promise<void> => {
    let signBuffer: Buffer | undefined;
    let sign = -1;
    await readRecords(stdout, FIELD_COUNT, (buffer, start, ends) => {
      if (signBuffer !== buffer) {
        signBuffer = buffer;
        sign = buffer.indexOf(REVERT_SIGN, start);
      }
      const headEnd = ends[0] ?? 0;
      const bodyEnd = ends[1] ?? 0;
      // One search serves all bodies of a chunk: the next sign is looked for only once it was passed.
      while (sign >= 0 && sign <= headEnd) sign = buffer.indexOf(REVERT_SIGN, headEnd);
      const hasSign = sign > headEnd && sign < bodyEnd;
      onCommit(buffer, { start, headEnd, bodyEnd, hasSign });
    });
  };
  await runGit(place, args, read, [`${tips.join("\n")}\n`]);
}

/** Of a commit in a buffer. */
type Spot = {
  readonly start: number;
  readonly headEnd: number;
  readonly bodyEnd: number;
  readonly hasSign: boolean;
};

/** The fields of `HEAD`, a line each, without a string of any: most of them nobody reads. */
function addCommit(builder: ColumnBuilder, part: number, buffer: Buffer, spot: Spot): void {
  const { start, headEnd, bodyEnd, hasSign } = spot;
  if (!builder.begin(part, buffer, start)) return;
  const { digits } = builder;
  let at = start + digits + 1;
  while (buffer[at] !== NEWLINE && at < headEnd) {
    builder.addParent(buffer, at);
    // Behind an id comes a space, or the end of the line.
    at += digits;
    if (buffer[at] !== NEWLINE) at += 1;
  }
  const authoredAt = at + 1;
  const committedAt = lineEnd(buffer, authoredAt, headEnd) + 1;
  const authorFrom = lineEnd(buffer, committedAt, headEnd) + 1;
  const subjectFrom = lineEnd(buffer, authorFrom, headEnd) + 1;
  const authoredAtMs = readTime(buffer, authoredAt);
  const committedAtMs = readTime(buffer, committedAt);
  // Git prints nothing for a date that it cannot read, such as one before 1970: the other date stands for it, or a change would be decades old.
  const isMerge = builder.setTimes(authoredAtMs ?? committedAtMs ?? 0, committedAtMs ?? authoredAtMs ?? 0);
  const authorTo = Math.min(subjectFrom - 1, authorFrom + PART_BYTES_MAX);
  const subjectTo = Math.min(headEnd, subjectFrom + PART_BYTES_MAX);
  builder.setHead(buffer, authorFrom, authorTo, subjectFrom, subjectTo);
  if (hasSign || isMerge) builder.setBody(buffer, headEnd + 1, Math.min(bodyEnd, headEnd + 1 + BODY_BYTES_MAX));
  setRequest(builder, buffer, { isMerge, subjectFrom, subjectTo, bodyFrom: headEnd + 1, bodyEnd });
  if (hasSign || mentionsRevert(buffer, subjectFrom, subjectTo)) builder.setMayRevert();
}

/** Lines are short: asking for the newline natively takes longer. */
function lineEnd(buffer: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && buffer[at] !== NEWLINE) at += 1;
  return at;
}

type Message = {
  readonly isMerge: boolean;
  readonly subjectFrom: number;
  readonly subjectTo: number;
  readonly bodyFrom: number;
  readonly bodyEnd: number;
};

/** By the bytes where they tell, of a merge by its words. Where a letter of the title is not ASCII nothing is told, and whoever asks reads the words. */
function setRequest(builder: ColumnBuilder, buffer: Buffer, message: Message): void {
  const { isMerge, subjectFrom, subjectTo, bodyFrom, bodyEnd } = message;
  const merged = isMerge ? mergedNumberAt(buffer, subjectFrom, subjectTo) : 0;
  if (merged > 0) {
    let from = bodyFrom;
    while (from < bodyEnd && isSpace(buffer[from] ?? 0)) from += 1;
    const number = trailingNumberAt(buffer, subjectFrom, subjectTo);
    builder.setRequest(titleKey(buffer, from, lineEnd(buffer, from, bodyEnd)), number === 0 ? merged : number);
  } else if (isMerge) {
    const body = buffer.toString("utf8", bodyFrom, Math.min(bodyEnd, bodyFrom + BODY_BYTES_MAX));
    const { title, number } = requestTitleOf(buffer.toString("utf8", subjectFrom, subjectTo), body, isMerge);
    builder.setRequest(titleKeyOf(title), number ?? 0);
  } else {
    builder.setRequest(titleKey(buffer, subjectFrom, subjectTo), trailingNumberAt(buffer, subjectFrom, subjectTo));
  }
}

/** Says "yes" to every spelling of "revert" and "reapply", and to a few other words: `readRevert` decides. */
function mentionsRevert(buffer: Buffer, from: number, to: number): boolean {
  for (let at = from + 2; at < to; at += 1) {
    const letter = (buffer[at] ?? 0) | SMALL;
    const before = (buffer[at - 1] ?? 0) | SMALL;
    if (letter === SMALL_V && before === SMALL_E) return true;
    if (letter === SMALL_P && before === SMALL_A && ((buffer[at - 2] ?? 0) | SMALL) === SMALL_E) return true;
  }
  return false;
}

/** Seconds since the epoch as git wrote them, before 1970 and in the far future too; `null` where nothing is written. */
function readTime(buffer: Buffer, from: number): number | null {
  if (buffer[from] === NEWLINE) return null;
  const isBefore = buffer[from] === MINUS;
  let seconds = 0;
  for (let at = isBefore ? from + 1 : from; ; at += 1) {
    const digit = buffer[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    seconds = seconds * 10 + digit - ZERO;
  }
  const ms = Math.min(TIME_MS_MAX, seconds * 1_000);
  return isBefore ? 0 - ms : ms;
}

/** The same of a text; what is no number is the epoch. */
export function timeOf(seconds: string): number {
  const ms = Number(seconds) * 1_000;
  return Number.isFinite(ms) ? Math.max(-TIME_MS_MAX, Math.min(TIME_MS_MAX, ms)) : 0;
}
