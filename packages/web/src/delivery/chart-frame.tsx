import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./chart-frame.module.css";

/** Of the marks, which are all that can have the focus in a drawing. */
const KEYS = "Arrow keys lead from one mark to the next, Enter opens it";

type Props = {
  readonly title: string;
  readonly note?: ReactNode;
  readonly height: number;
  /** In words what the chart shows, for those who do not see it. */
  readonly description: string;
  readonly legend?: ReactNode;
  /** Draws into a box of this many pixels: `Marks`, and what is for the eye alone (axes, lines), hidden from those who hear the description. */
  readonly children: (width: number, height: number) => ReactNode;
};

/** A figure with its title, as wide as its place. */
export function ChartFrame({ title, note, height, description, legend, children }: Props) {
  const { ref, width } = useElementSize();
  return (
    <figure className={classes.figure}>
      <figcaption>
        <h2>{title}</h2>
        {note && <p>{note}</p>}
      </figcaption>
      <div ref={ref} style={{ height }} className={classes.plot}>
        {width > 0 && (
          <svg width={width} height={height} aria-label={`${description.replace(/\.$/, "")}. ${KEYS}`}>
            {children(width, height)}
          </svg>
        )}
      </div>
      {legend && <div className={classes.legend}>{legend}</div>}
    </figure>
  );
}
