import type { Paint } from "./paint.ts";
import { padEnd, widthOfText } from "./text.ts";

/** A frame around what must not be missed. Never cut: a secret must be copied whole. */
export function box(lines: readonly string[], paint: Paint): readonly string[] {
  const width = Math.max(...lines.map(widthOfText));
  const side = paint("yellow", "│");
  return [
    paint("yellow", `╭${"─".repeat(width + 4)}╮`),
    ...lines.map((line) => `${side}  ${padEnd(line, width)}  ${side}`),
    paint("yellow", `╰${"─".repeat(width + 4)}╯`),
  ];
}
