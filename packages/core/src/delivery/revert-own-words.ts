/** What a message says itself. */
export type OwnWords = {
  /** Without what it quotes: lines behind `>`, fenced code, `<details>`. */
  readonly text: string;
  /** The same without lists, and nothing of an update of a dependency: both repeat release notes, whose numbers are another repository's. */
  readonly withoutLists: string;
};

const DEPENDENCY_SUBJECT = /^[\w-]+\([^)]*\bdeps\b[^)]*\)|\bbump\b.*\bto\b|\bupdate dependency\b/i;
const QUOTE = /^\s*>/;
const FENCE = /^\s*(?:```|~~~)/;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s|^\s*<li\b/i;
const INDENTED = /^(?: {2,}|\t)/;

/** @param isRevert whether the subject says that it reverts: its lists are of what it takes back */
export function ownWords(subject: string, body: string, isRevert: boolean): OwnWords {
  const lines: string[] = [];
  const withoutLists: string[] = [];
  let isFenced = false;
  let detailsDepth = 0;
  let isInList = false;
  for (const line of body.split(/\r?\n/)) {
    const wasInDetails = detailsDepth > 0;
    detailsDepth = Math.max(0, detailsDepth + countOf(line, /<details\b/gi) - countOf(line, /<\/details>/gi));
    if (FENCE.test(line)) isFenced = !isFenced;
    else if (!isFenced && !wasInDetails && detailsDepth === 0 && !QUOTE.test(line)) {
      lines.push(line);
      isInList = LIST_ITEM.test(line) || (isInList && INDENTED.test(line));
      if (!isInList || isRevert) withoutLists.push(line);
    }
  }
  const isUpdate = !isRevert && DEPENDENCY_SUBJECT.test(subject);
  return { text: lines.join("\n"), withoutLists: isUpdate ? "" : withoutLists.join("\n") };
}

function countOf(line: string, sign: RegExp): number {
  return line.match(sign)?.length ?? 0;
}
