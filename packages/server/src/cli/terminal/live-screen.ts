import type { Output } from "../io.ts";
import { cutStyled } from "./text.ts";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const CLEAR_TO_END = "\u001b[0J";
const CLEAR_LINE = "\u001b[K";
/** A terminal that a program holds, as in CI or a container, may say that it has 0 of both. */
const ROWS_DEFAULT = 24;
const COLUMNS_DEFAULT = 80;

/** Lines drawn over themselves, without an alternate screen: what was last drawn stays in the scroll-back. */
export class LiveScreen {
  readonly #output: Output;
  #linesDrawn = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Draws in place. Lines are cut to the width, and to the rows: a frame taller than the screen could not be redrawn. */
  draw(lines: readonly string[]): void {
    this.#write(lines.slice(0, Math.max(3, (this.#output.rows || ROWS_DEFAULT) - 1)));
  }

  /** Lines that stay, above what is drawn in place. */
  print(lines: readonly string[]): void {
    this.#write([]);
    this.#output.write(`${lines.join("\n")}\n`);
  }

  /** Draws the last frame whole and gives the cursor back. */
  finish(lines: readonly string[]): void {
    this.#write(lines);
    this.#output.write(SHOW_CURSOR);
    this.#linesDrawn = 0;
  }

  /** Leaves what is drawn as it is. */
  leave(): void {
    this.#output.write(SHOW_CURSOR);
    this.#linesDrawn = 0;
  }

  #write(lines: readonly string[]): void {
    const width = this.#output.columns || COLUMNS_DEFAULT;
    const up = this.#linesDrawn === 0 ? "" : `\u001b[${this.#linesDrawn}F`;
    const body = lines.map((line) => `${cutStyled(line, width)}${CLEAR_LINE}\n`).join("");
    this.#output.write(`${HIDE_CURSOR}${up}${body}${CLEAR_TO_END}`);
    this.#linesDrawn = lines.length;
  }
}
