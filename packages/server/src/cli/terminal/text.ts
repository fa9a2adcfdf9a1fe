import { stripVTControlCharacters } from "node:util";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
let segmenter: Intl.Segmenter | undefined;

/** Made when a text first needs it: its data take 10 ms to load, and most texts are of plain letters. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** One line that cannot move the cursor or colour the screen: for every word that a person typed somewhere else. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(CONTROL_CHARACTERS, " ");
}

/** Columns a terminal gives the text; styles count nothing. East Asian and emoji count two. */
export function widthOfText(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (/^[\u0020-\u024f\u2010-\u25ff]*$/.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of segmentsOf(bare)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOfText(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOfText(text))) + text;
}

/** Cuts unstyled text to a width, with an ellipsis in place of what went. */
export function cut(text: string, width: number): string {
  if (widthOfText(text) <= width) return text;
  if (width <= 0) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of segmentsOf(text)) {
    const columns = WIDE.test(segment) ? 2 : 1;
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return `${kept}…`;
}

/** Breaks unstyled text at spaces into lines of at most `width` columns; a longer word is cut. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const candidate = line === "" ? word : `${line} ${word}`;
    if (widthOfText(candidate) <= width) {
      line = candidate;
      continue;
    }
    if (line !== "") lines.push(line);
    line = cut(word, width);
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** Cuts styled text: escape sequences pass through, so colours still end where they should. */
export function cutStyled(text: string, width: number): string {
  if (widthOfText(text) <= width) return text;
  let result = "";
  let used = 0;
  let isCut = false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a style
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith("\u001b[")) {
      result += part;
      continue;
    }
    if (isCut) continue;
    const room = width - used;
    const columns = widthOfText(part);
    // The ellipsis needs a column even when this part fits exactly but more follows.
    if (columns < room) {
      result += part;
      used += columns;
      continue;
    }
    result += cut(`${part} `, room);
    isCut = true;
  }
  return result;
}
