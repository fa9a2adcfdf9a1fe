export type DiffLine = { readonly kind: "same" | "added" | "removed"; readonly text: string };

/** Lines compared at most on each side: the table of the comparison has the square of it, 4 million cells. */
const LINES_MAX = 2_000;

/** The lines of two texts side by side in one list: what both have, what was removed, what was added. O(lines²). */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, current] = [before.split("\n"), after.split("\n")];
  if (old.length > LINES_MAX || current.length > LINES_MAX) {
    return [...lines("removed", old), ...lines("added", current)];
  }
  const common = commonLengths(old, current);
  const result: DiffLine[] = [];
  let [left, right] = [0, 0];
  while (left < old.length || right < current.length) {
    const [before, after] = [old[left], current[right]];
    if (before !== undefined && before === after) {
      result.push({ kind: "same", text: before });
      left += 1;
      right += 1;
    } else if (
      before !== undefined &&
      (after === undefined || at(common, left + 1, right) >= at(common, left, right + 1))
    ) {
      result.push({ kind: "removed", text: before });
      left += 1;
    } else if (after !== undefined) {
      result.push({ kind: "added", text: after });
      right += 1;
    }
  }
  return result;
}

type Table = { readonly cells: Uint16Array; readonly width: number };

/** The length of the longest common part of what follows each pair of lines. */
function commonLengths(old: readonly string[], current: readonly string[]): Table {
  const width = current.length + 1;
  const table = { cells: new Uint16Array((old.length + 1) * width), width };
  for (let left = old.length - 1; left >= 0; left -= 1) {
    for (let right = current.length - 1; right >= 0; right -= 1) {
      const isSame = old[left] === current[right];
      const length = isSame
        ? at(table, left + 1, right + 1) + 1
        : Math.max(at(table, left + 1, right), at(table, left, right + 1));
      table.cells[left * width + right] = length;
    }
  }
  return table;
}

function at({ cells, width }: Table, left: number, right: number): number {
  return cells[left * width + right] ?? 0;
}

function lines(kind: DiffLine["kind"], texts: readonly string[]): readonly DiffLine[] {
  return texts.map((text) => ({ kind, text }));
}
