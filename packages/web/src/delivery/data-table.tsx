import type { ReactNode } from "react";
import classes from "./data-table.module.css";

type Props = {
  /** What it lists, for those who hear it. */
  readonly label: string;
  readonly caption?: ReactNode;
  readonly columns: readonly string[];
  /** Its rows, each beginning with a header. */
  readonly children: ReactNode;
};

/** A table that scrolls sideways in itself where there is little room, also by the keyboard. */
export function DataTable({ label, caption, columns, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        {caption && <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** What stands quietly beside or below a cell's content. */
export function Quiet({ children }: { children: ReactNode }) {
  return <span className={classes.quiet}>{children}</span>;
}
