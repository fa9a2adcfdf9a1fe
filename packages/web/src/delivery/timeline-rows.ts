/** What a mark covers of its lane, in pixels. */
export type Covered = { readonly from: number; readonly to: number };

/**
 * In which row of a lane each mark stands, so that marks of one moment stand above each other, at their own time, and none hides another one. O(marks × marks a row).
 *
 * @param marks the most important first: where there is no room left in any row, those after it go behind the first row's
 * @returns a row for each, 0 at the bottom; `null`: behind
 */
export function rowsOf(marks: readonly Covered[], rowCount: number): (number | null)[] {
  const rows: Covered[][] = Array.from({ length: rowCount }, () => []);
  return marks.map((mark) => {
    const free = rows.findIndex((row) => !row.some((other) => mark.from < other.to && other.from < mark.to));
    rows[free]?.push(mark);
    return free === -1 ? null : free;
  });
}
