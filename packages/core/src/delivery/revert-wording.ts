import { BODY_CHARACTERS_MAX, bareTitle, mergedRequest, numberIn, SUBJECT_CHARACTERS_MAX } from "./request-title.ts";
import { ownWords } from "./revert-own-words.ts";

/** What a message says that it takes back. */
export type RevertMention = {
  /** Lower-case hexadecimal, 7 to 64 digits. */
  readonly shas: readonly string[];
  readonly numbers: readonly NumberMention[];
  readonly title: TitleMention | null;
};

export type NumberMention = {
  readonly number: number;
  /** `owner/name`, lower case; `null`: the repository itself. */
  readonly repository: string | null;
  /** `false`: in the middle of a sentence, which may say anything of it. */
  readonly isSure: boolean;
};

export type TitleMention = {
  /** As written. A `Reapply "x"` names `Revert "x"`. */
  readonly title: string;
  /** That the title ends with; `undefined` also where it would be the revert's own. */
  readonly number: number | undefined;
  /** Of what it names. */
  readonly nesting: Nesting;
  /**
   * `quoted`: between quotes. `conventional`: behind `revert:`, and `revert: Revert "x"` may mean either. `bare`: behind the word alone, as in "Revert to the old
   * colours": it names something only if that is a title.
   */
  readonly style: "quoted" | "conventional" | "bare";
};

/** A title without the reverts that are written around it: `Revert "Reapply "x""` is three around `x`. */
export type Nesting = { readonly root: string; readonly depth: number };

const REVERT_SUBJECT = /^(?:(?!revert\b)[\w-]+(?:\([^)]*\))?!?:\s*)?revert(?:s|ed|ing)?\b(?:\([^)]*\))?!?\s*:?\s*/i;
const REAPPLY_SUBJECT = /^(?:(?!revert\b)[\w-]+(?:\([^)]*\))?!?:\s*)?reapply\s*:?\s*(?=["“'‘`])/i;
const BARE_REVERT = /^revert\s/i;
const QUOTED = /^["“'‘`](.*)["”'’`]/;
const ONLY_NUMBERS = /^[\s#!\d(),]*$/;
const ANY_MENTION = /revert|reapply/i;

/** A message may be hostile: nowhere do two runs of blanks meet, or the time grows with the cube of their length. */
const SHA_MENTION =
  /\brevert(?:s|ed|ing)?\s+(?:the\s+)?(?:(?:commits?|changes?|revision)\s*)?(?::\s*)?((?:[0-9a-f]{7,64}(?:\s*(?:,|and|&)\s*)?)+)/gi;
const NUMBER_MENTION =
  /\brevert(?:s|ed|ing)?:?(?:[ \t]+(?:\n[ \t]*)?|\n[ \t]*)(?:the\s+)?(?:(?:pull request|merge request|pr|mr)[ \t]*)?([\w.-]{1,100}\/[\w./-]{1,200})?[#!](\d{1,9})\b((?:(?:,| and|,? &|, and) ?[#!]\d{1,9}\b){0,100})/gi;
/** The end of what stands before a mention in its sentence, where that says the contrary. */
const NEGATION =
  /(?:\b(?:not|never|without|cannot|nor|avoids?)|n['’]t|\b(?:instead of|rather than|no need to|no longer))\s+(?:[\w-]+\s+){0,2}$/i;
/** What may stand before a mention that is the sentence's own statement. */
const STATEMENT =
  /^[\s*+-]*(?:(?:this|it|also|and|then|commit|change|patch|pr|mr|pull request|merge request|partially|fully)\s+)*$/i;
/** Of what stands before a mention, what is looked at. */
const BEFORE_CHARACTERS_MAX = 120;
const SENTENCE_END = /[.!?;:)]\s|\n\s*\n|\n[ \t]*[*+-][ \t]/g;

/** @returns `null` for a message that names nothing that it takes back */
export function readRevert(subject: string, body: string, isMerge: boolean): RevertMention | null {
  if (!ANY_MENTION.test(subject) && !ANY_MENTION.test(body)) return null;
  const merged = isMerge && /^Merge/.test(subject) ? mergedRequest(subject, body) : { subject, body };
  if (merged === null) return null;
  const line = merged.subject.slice(0, SUBJECT_CHARACTERS_MAX);
  const title = readTitle(line);
  const words = ownWords(line, merged.body.slice(0, BODY_CHARACTERS_MAX), REVERT_SUBJECT.test(line));
  const head = title === null || title.style === "bare" ? `${line}\n\n` : "";
  const shas = shasIn(`${head}${words.text}`);
  const numbers = numbersIn(`${head}${words.withoutLists}`);
  return shas.length === 0 && numbers.length === 0 && title === null ? null : { shas, numbers, title };
}

function readTitle(line: string): TitleMention | null {
  const layer = peel(line);
  if (layer !== null) {
    const title = layer.isReapply ? `Revert "${layer.title}"` : layer.title;
    const number = layer.style === "quoted" && !layer.isReapply ? numberIn(layer.title) : undefined;
    return { title, number, nesting: nestingOf(title), style: layer.style };
  }
  const head = BARE_REVERT.exec(line)?.[0];
  const title = head === undefined ? "" : line.slice(head.length).trim();
  return ONLY_NUMBERS.test(title) ? null : { title, number: undefined, nesting: nestingOf(title), style: "bare" };
}

/** Iterative: each layer is shorter than the one around it. */
export function nestingOf(title: string): Nesting {
  let root = title;
  let depth = 0;
  for (let layer = peel(root); layer !== null; layer = peel(root)) {
    root = layer.title;
    depth += layer.isReapply ? 2 : 1;
  }
  return { root: bareTitle(root), depth };
}

type Layer = { readonly title: string; readonly isReapply: boolean; readonly style: "quoted" | "conventional" };

/** The words between the outermost quotes; without quotes what follows a conventional `revert:`. */
function peel(line: string): Layer | null {
  const reapply = REAPPLY_SUBJECT.exec(line)?.[0];
  const head = reapply ?? REVERT_SUBJECT.exec(line)?.[0];
  if (head === undefined) return null;
  const rest = line.slice(head.length);
  const quoted = QUOTED.exec(rest)?.[1]?.trim() ?? "";
  if (quoted !== "") return { title: quoted, isReapply: reapply !== undefined, style: "quoted" };
  const isConventional = head.trimEnd().endsWith(":") && /^revert/i.test(head) && !ONLY_NUMBERS.test(rest);
  return isConventional ? { title: rest.trim(), isReapply: false, style: "conventional" } : null;
}

function shasIn(text: string): readonly string[] {
  const shas = [...text.matchAll(SHA_MENTION)].flatMap((found) =>
    NEGATION.test(before(text, found.index)) ? [] : (found[1]?.toLowerCase().match(/[0-9a-f]{7,64}/g) ?? []),
  );
  return [...new Set(shas)];
}

function numbersIn(text: string): readonly NumberMention[] {
  const mentions = new Map<string, NumberMention>();
  for (const found of text.matchAll(NUMBER_MENTION)) {
    const said = before(text, found.index);
    if (NEGATION.test(said)) continue;
    const repository = found[1]?.toLowerCase() ?? null;
    // `Reverts acme/shop#7` on a line of its own is what forges write.
    const isAlone = /^[ \t]*(?:\.[ \t]*)?(?:\n|$)/.test(text.slice(found.index + found[0].length));
    const isSure = STATEMENT.test(said) && (repository === null || isAlone);
    for (const number of [found[2], ...(found[3]?.match(/\d+/g) ?? [])].map(Number)) {
      const key = `${repository ?? ""}#${number}`;
      if (mentions.get(key)?.isSure !== true) mentions.set(key, { number, repository, isSure });
    }
  }
  return [...mentions.values()];
}

/** What stands before a place in its sentence. */
function before(text: string, at: number): string {
  const near = text.slice(Math.max(0, at - BEFORE_CHARACTERS_MAX), at);
  let from = 0;
  for (const end of near.matchAll(SENTENCE_END)) from = end.index + end[0].length;
  return near.slice(from);
}
