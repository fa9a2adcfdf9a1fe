import type { Paint } from "./paint.ts";
import { cut, padEnd, padStart, plain, widthOfText } from "./text.ts";

export type Column<Row> = {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Applied after the text was cut and padded. */
  readonly style?: (row: Row, text: string) => string;
  readonly align?: "left" | "right";
  /** May be cut when the terminal is narrow; others keep their width. */
  readonly isFlexible?: boolean;
};

const GAP = "  ";
const FLEXIBLE_WIDTH_MIN = 8;

/** Lines of an aligned table that fits `width` where its flexible columns can give enough. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const cells = rows.map((row) => columns.map((column) => plain(column.text(row))));
  const natural = columns.map((column, index) =>
    Math.max(widthOfText(column.title), ...cells.map((line) => widthOfText(line[index] ?? ""))),
  );
  const widths = fitWidths(natural, columns, options.width);

  const cell = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    const short = cut(text, width);
    if (columns[index]?.align === "right") return padStart(short, width);
    return index === columns.length - 1 ? short : padEnd(short, width);
  };
  const head = columns.map((column, index) => options.paint("dim", cell(column.title, index))).join(GAP);
  const body = rows.map((row, line) =>
    columns
      .map((column, index) => {
        const text = cell(cells[line]?.[index] ?? "", index);
        return column.style === undefined ? text : column.style(row, text);
      })
      .join(GAP),
  );
  return [head.trimEnd(), ...body.map((line) => line.trimEnd())];
}

/** Takes what is too much from the widest flexible columns first. */
function fitWidths<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  available: number,
): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (columns[index]?.isFlexible !== true || width <= FLEXIBLE_WIDTH_MIN) continue;
      if (widest < 0 || width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
