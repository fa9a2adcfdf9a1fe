import type { ReactNode } from "react";
import classes from "./panel.module.css";

type Props = {
  readonly title: string;
  readonly note?: ReactNode;
  /** There is little to say: it shares its line with others of its kind. */
  readonly isSmall?: boolean;
  readonly children?: ReactNode;
};

/** A part of the page with its title, and what is to be said of all of it. */
export function Panel({ title, note, isSmall = false, children }: Props) {
  return (
    <section className={classes.panel} aria-label={title} data-small={isSmall || undefined}>
      <h2>{title}</h2>
      {note && <p>{note}</p>}
      {children}
    </section>
  );
}

/** In the place of a drawing that would be made of too little: says of how little. */
export function TooFew({ title, children }: { title: string; children: ReactNode }) {
  return <Panel title={title} note={<>Too few: {children}</>} isSmall />;
}
