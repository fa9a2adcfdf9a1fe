import { formatClock } from "../format.ts";
import type { ChartSpec } from "./chart-spec.ts";
import classes from "./time-chart.module.css";

/** More rows would be read by nobody, and a screen reader would not come to their end. */
const ROWS_MAX = 60;

/** What the chart shows, as figures: the newest first, thinned evenly. */
export function ChartTable({ spec }: { spec: ChartSpec }) {
  const rows = evenly(spec.times.length, ROWS_MAX).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to scroll it
    <section className={classes.table} aria-label={`${spec.title}, as table`} tabIndex={0}>
      <table>
        <caption className={classes.spoken}>{spec.description}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {spec.lines.map((line) => (
              <th key={line.label} scope="col">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={spec.times[row]}>
              <th scope="row">{formatClock((spec.times[row] ?? 0) * 1_000)}</th>
              {spec.lines.map((line) => {
                const value = line.values[row];
                return <td key={line.label}>{typeof value === "number" ? spec.format(value) : "–"}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Ascending indexes, the last one among them. */
function evenly(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, index) => Math.round(((index + 1) * length) / count) - 1);
}
