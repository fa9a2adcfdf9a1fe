import type { BenchResult, Table } from "./bench-result.ts";

/** A result as a person reads it in the terminal. */
export function printResult(result: BenchResult): string {
  const { machine } = result;
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${result.title} (${result.size}, ${result.tookSeconds} s)`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, load ${machine.loadAverageBefore} before; ${versions.join(", ")}`,
    ...result.method.map((sentence) => `  ${sentence}`),
    ...result.tables.flatMap((table) => ["", ...printTable(table)]),
    ...(result.notes.length > 0 ? ["", ...result.notes.map((note) => `  ${note}`)] : []),
    "",
    ...result.targets.map(
      ({ what, limit, measured, isMet, reason }) =>
        `${isMet ? "target met   " : "target missed"}  ${what}: ${measured} (${limit})${isMet || reason === undefined ? "" : `\n               ${reason}`}`,
    ),
    "",
  ].join("\n");
}

function printTable({ title, columns, rows, note }: Table): string[] {
  const widths = columns.map((column, index) =>
    Math.max(...[column, ...rows.map((row) => row[index] ?? "")].map(width)),
  );
  const line = (cells: readonly string[]): string =>
    widths
      .map((wide, index) => {
        const cell = cells[index] ?? "";
        return index === 0 ? cell + " ".repeat(wide - width(cell)) : " ".repeat(wide - width(cell)) + cell;
      })
      .join("  ");
  return [
    title,
    `  ${line(columns)}`,
    ...rows.map((row) => `  ${line(row)}`),
    ...(note === undefined ? [] : [`  ${note}`]),
  ];
}

const width = (text: string): number => [...text].length;
