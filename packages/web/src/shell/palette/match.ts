/**
 * How well a text answers what was typed: every word must begin a word of the text, or lie within one.
 *
 * Pure. O(words × text).
 *
 * @returns 0: it does not. Higher is better: a whole text's beginning before a word's beginning before a part of a word
 */
export function matchScore(query: string, text: string): number {
  const haystack = text.toLowerCase();
  const words = wordsOf(query);
  let score = 0;
  for (const word of words) {
    const place = placeScore(haystack, word);
    if (place === 0) return 0;
    score += place;
  }
  return words.length === 0 ? 1 : score / words.length;
}

const AT_START = 3;
const AT_WORD = 2;
const WITHIN = 1;

function placeScore(haystack: string, word: string): number {
  if (haystack.startsWith(word)) return AT_START;
  let best = 0;
  for (let at = haystack.indexOf(word); at !== -1; at = haystack.indexOf(word, at + 1)) {
    const isWordStart = !/[\p{L}\p{N}]/u.test(haystack.charAt(at - 1));
    if (isWordStart) return AT_WORD;
    best = WITHIN;
  }
  return best;
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}
