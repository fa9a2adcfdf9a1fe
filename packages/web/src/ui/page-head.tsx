import type { ReactNode } from "react";
import classes from "./page-head.module.css";

type Props = {
  readonly title: string;
  /** In one quiet line beside it. */
  readonly note?: ReactNode;
  /** At the other end: freshness, the page's main button. */
  readonly children?: ReactNode;
};

/** A page's title, what it is about, and what can be done with the whole of it. */
export function PageHead({ title, note, children }: Props) {
  return (
    <div className={classes.head}>
      <h1>{title}</h1>
      {note && <span className={classes.note}>{note}</span>}
      <div className={classes.end}>{children}</div>
    </div>
  );
}
