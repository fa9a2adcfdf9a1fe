import { Button } from "@mantine/core";
import { createContext, type ReactNode, useContext, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { countOf, formatCount } from "../ui/format.ts";
import classes from "./data-table.module.css";
import { DataTable } from "./data-table.tsx";

type Props<Row> = {
  readonly label: string;
  readonly caption?: ReactNode;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Draws one as a `tr` with a key. */
  readonly children: (row: Row) => ReactNode;
  /** How many are shown at first. Each further press doubles it: the last of 5,000 is five presses away from 200. */
  readonly first?: number;
};

const FIRST_ROWS = 200;

type Kept = { readonly limit: number | undefined; readonly keep: (limit: number) => void };

/** How many rows a table showed when one left it, for when one comes back. */
export const KeptLimit = createContext<Kept>({ limit: undefined, keep: () => undefined });

/** A table that shows some of its rows, and more of them when asked; the focus then goes on to the first new one. */
export function LongTable<Row>({ rows, children, first = FIRST_ROWS, ...table }: Props<Row>) {
  const kept = useContext(KeptLimit);
  const [limit, setLimit] = useState(kept.limit ?? first);
  const place = useRef<HTMLDivElement>(null);
  const shown = Math.min(limit, rows.length);
  const more = Math.min(limit, rows.length - shown);
  const showMore = () => {
    flushSync(() => setLimit(shown + more));
    kept.keep(shown + more);
    const firstNew = place.current?.querySelectorAll("tbody > tr")[shown];
    if (!(firstNew instanceof HTMLElement)) return;
    firstNew.tabIndex = -1;
    firstNew.focus();
  };
  return (
    <div ref={place} className={classes.long}>
      <DataTable {...table}>{rows.slice(0, shown).map(children)}</DataTable>
      {rows.length > first && (
        <div className={classes.more}>
          {more > 0 && (
            <Button variant="default" size="xs" onClick={showMore}>
              Show {formatCount(more)} more
            </Button>
          )}
          <span role="status">
            {more > 0 ? `${formatCount(shown)} of ${formatCount(rows.length)} rows` : `All ${countOf(shown, "row")}`}
          </span>
        </div>
      )}
    </div>
  );
}
