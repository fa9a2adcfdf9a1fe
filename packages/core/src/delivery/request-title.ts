/** The request (pull request, merge request) that a commit brought, as its message says. */
export type RequestTitle = {
  /** Lower case, without the `(#123)` that a squash-merge appends. */
  readonly title: string;
  readonly number: number | undefined;
};

/** Of a subject, what is read. */
export const SUBJECT_CHARACTERS_MAX = 500;
/** A message is read up to here: nobody writes a revert or a request's number below it, and a hostile one costs no more. */
export const BODY_CHARACTERS_MAX = 20_000;
/** Key of a title that is not all ASCII: it may be any title's. */
export const ANY_TITLE = 0;

const NUMBER_DIGITS_MAX = 9;
const MERGE_NUMBER =
  /^Merge pull request #(\d{1,9}) |^Merged in .*\(pull request #(\d{1,9})\)|\bSee merge request \S*!(\d{1,9})/m;
const ASCII_END = 0x80;
const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const BRACKET_OPEN = 0x28;
const BRACKET_CLOSE = 0x29;
const HASH = 0x23;
const EXCLAMATION = 0x21;
const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** A merge of a request goes by the request's title, which the message quotes in the first line of its body. */
export function requestTitleOf(subject: string, body: string, isMerge: boolean): RequestTitle {
  const squashed = trailingNumber(subject.slice(0, SUBJECT_CHARACTERS_MAX))?.number;
  const merged = isMerge ? MERGE_NUMBER.exec(mergeText(subject, body)) : null;
  if (merged === null) return { title: bareTitle(subject), number: squashed };
  const title = bareTitle(body.trimStart().split("\n", 1)[0] ?? "");
  return { title, number: squashed ?? Number(merged[1] ?? merged[2] ?? merged[3]) };
}

/** What a merge of a request says of it: title and text. `null`: it is no merge of a request, or says so elsewhere. */
export function mergedRequest(
  subject: string,
  body: string,
): { readonly subject: string; readonly body: string } | null {
  if (!MERGE_NUMBER.test(mergeText(subject, body))) return null;
  const [title = "", ...rest] = body.trimStart().split("\n");
  return { subject: title.trimEnd(), body: rest.join("\n") };
}

function mergeText(subject: string, body: string): string {
  return `${subject.slice(0, SUBJECT_CHARACTERS_MAX)}\n${body.slice(0, BODY_CHARACTERS_MAX)}`;
}

/** The number of the request that a title ends with. */
export function numberIn(title: string | null): number | undefined {
  return title === null ? undefined : trailingNumber(title)?.number;
}

/** Without the `(#123)` that a squash-merge appends, once or more. */
export function bareTitle(title: string): string {
  let bare = title.slice(0, SUBJECT_CHARACTERS_MAX);
  for (let found = trailingNumber(bare); found !== null; found = trailingNumber(bare)) bare = bare.slice(0, found.at);
  return bare.trim().toLowerCase();
}

/** The `(#123)` or `(!123)` at the end, and where it begins. By hand: an expression that ends with `$` is tried at every character. */
function trailingNumber(text: string): { readonly number: number; readonly at: number } | null {
  const trimmed = text.trimEnd();
  if (!trimmed.endsWith(")")) return null;
  const end = trimmed.length - 1;
  let from = end;
  while (from > 0 && isDigit(trimmed.charCodeAt(from - 1))) from -= 1;
  const digits = end - from;
  const sign = trimmed[from - 1];
  if (digits < 1 || digits > NUMBER_DIGITS_MAX || (sign !== "#" && sign !== "!") || trimmed[from - 2] !== "(")
    return null;
  return { number: Number(trimmed.slice(from, end)), at: from - 2 };
}

/**
 * A number that equal bare titles share: it tells which few of a long history's subjects are worth decoding.
 *
 * @param bytes UTF-8; a subject from `from` up to `to`, as it was written or bare already
 * @returns 32 bits, signed; `ANY_TITLE` for one that is not all ASCII
 */
export function titleKey(bytes: Uint8Array, from: number, to: number): number {
  const cut = Math.min(to, from + SUBJECT_CHARACTERS_MAX);
  let end = trimmedEnd(bytes, from, cut);
  for (let at = numberAt(bytes, from, end); at >= 0; at = numberAt(bytes, from, end)) end = trimmedEnd(bytes, from, at);
  let at = from;
  while (at < end && isSpace(bytes[at] ?? 0)) at += 1;
  let key = FNV_OFFSET;
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ASCII_END) return ANY_TITLE;
    key = Math.imul(key ^ (byte >= CAPITAL_A && byte <= CAPITAL_Z ? byte | SPACE : byte), FNV_PRIME);
  }
  // What was cut off decides too: `trim` knows spaces that are not ASCII.
  for (let rest = end; rest < cut; rest += 1) if ((bytes[rest] ?? 0) >= ASCII_END) return ANY_TITLE;
  return key === ANY_TITLE ? FNV_PRIME : key;
}

const encoder = new TextEncoder();

export function titleKeyOf(title: string): number {
  const bytes = encoder.encode(title);
  return titleKey(bytes, 0, bytes.length);
}

/** The number that a subject ends with, where all of it is ASCII; 0: none. */
export function trailingNumberAt(bytes: Uint8Array, from: number, to: number): number {
  const end = trimmedEnd(bytes, from, Math.min(to, from + SUBJECT_CHARACTERS_MAX));
  const at = numberAt(bytes, from, end);
  let number = 0;
  if (at >= 0) for (let digit = at + 2; digit < end - 1; digit += 1) number = number * 10 + (bytes[digit] ?? 0) - ZERO;
  return number;
}

const MERGE_SUBJECT = new TextEncoder().encode("Merge pull request #");

/** The number of the request that GitHub merged, as the subject of the merge begins; 0: it begins otherwise, or is not all ASCII. */
export function mergedNumberAt(bytes: Uint8Array, from: number, to: number): number {
  for (let index = 0; index < MERGE_SUBJECT.length; index += 1)
    if (bytes[from + index] !== MERGE_SUBJECT[index]) return 0;
  for (let at = from; at < to; at += 1) if ((bytes[at] ?? 0) >= ASCII_END) return 0;
  let number = 0;
  let at = from + MERGE_SUBJECT.length;
  const start = at;
  for (; at < to && isDigit(bytes[at] ?? 0); at += 1) number = number * 10 + (bytes[at] ?? 0) - ZERO;
  return at > start && at - start <= NUMBER_DIGITS_MAX && bytes[at] === SPACE ? number : 0;
}

/** Where the `(#123)` begins that stands right before `end`; below zero: there is none. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 1] !== BRACKET_CLOSE) return -1;
  let from = end - 1;
  while (from > start && isDigit(bytes[from - 1] ?? 0)) from -= 1;
  const digits = end - 1 - from;
  const sign = bytes[from - 1];
  const isNumber =
    digits >= 1 && digits <= NUMBER_DIGITS_MAX && from - 2 >= start && (sign === HASH || sign === EXCLAMATION);
  return isNumber && bytes[from - 2] === BRACKET_OPEN ? from - 2 : -1;
}

function trimmedEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(bytes[end - 1] ?? 0)) end -= 1;
  return end;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Of ASCII, as `trim` knows it. */
export function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN);
}
