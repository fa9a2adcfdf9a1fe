import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Environment, Flag, FlagState } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { FlagStateCell } from "./flag-state-cell.tsx";
import classes from "./flag-table.module.css";

/** Height of a row before it is measured. */
const ROW_HEIGHT = 66;
/** Rows drawn beyond the window on each side: a flick of the wheel shows no hole. */
const OVERSCAN_ROWS = 8;
/** This close to the end of what was read the next page is asked for. */
const ROWS_LEFT_MIN = 20;

type Props = {
  readonly flags: readonly Flag[];
  readonly environments: readonly Environment[];
  /** The one whose last change is shown. */
  readonly environment: string;
  readonly total: number;
  readonly onNearEnd: () => void;
};

/** The flags, one row each; only the rows near the window are in the page. */
export function FlagTable({ flags, environments, environment, total, onNearEnd }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => setScrollMargin(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: flags.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN_ROWS,
    scrollMargin,
    getItemKey: (index) => flags[index]?.key ?? index,
  });
  const rows = virtual.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastIndex >= flags.length - ROWS_LEFT_MIN) onNearEnd();
  }, [lastIndex, flags.length, onNearEnd]);
  return (
    <div className={classes.frame}>
      <div className={classes.columns} aria-hidden>
        <span>Flag</span>
        <span className={classes.states}>
          {environments.map((each) => (
            <span key={each.key}>{each.name}</span>
          ))}
        </span>
        <span className={classes.change}>Last change</span>
      </div>
      <ul ref={list} className={classes.list} style={{ height: virtual.getTotalSize() }} aria-label="Flags">
        {rows.map((row) => {
          const flag = flags[row.index];
          return (
            flag && (
              <li
                key={row.key}
                ref={virtual.measureElement}
                className={classes.row}
                style={{ transform: `translateY(${row.start - scrollMargin}px)` }}
                aria-setsize={total}
                aria-posinset={row.index + 1}
                data-index={row.index}
                data-testid="flag-row"
                data-flag={flag.key}
              >
                <FlagRow flag={flag} environments={environments} environment={environment} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

function FlagRow({ flag, environments, environment }: { flag: Flag } & Pick<Props, "environments" | "environment">) {
  const changed = newestChange(flag, environment);
  return (
    <>
      <div className={classes.what}>
        <h2>
          <Link to="/flags/$key" params={{ key: flag.key }}>
            {flag.key}
          </Link>
        </h2>
        {flag.description && <p className={classes.description}>{flag.description}</p>}
        <p className={classes.owner}>
          {[flag.owner, flag.service].filter(Boolean).join(" · ") || "no owner, no service"}
        </p>
      </div>
      <dl className={classes.states}>
        {environments.map((each) => {
          const state = flag.environments[each.key];
          return (
            <div key={each.key}>
              <dt>{each.name}</dt>
              <dd>{state ? <FlagStateCell state={state} /> : <span className={classes.quiet}>not here</span>}</dd>
            </div>
          );
        })}
      </dl>
      <p className={classes.change}>
        {changed && (
          <>
            <RelativeTime at={changed.updatedAt} />
            <span>{changed.updatedBy.name}</span>
          </>
        )}
      </p>
    </>
  );
}

/** In the environment that is looked at; the newest of all when the flag is not there. */
function newestChange(flag: Flag, environment: string): FlagState | undefined {
  const states = Object.values(flag.environments);
  return flag.environments[environment] ?? states.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0];
}
