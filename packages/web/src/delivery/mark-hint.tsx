import { useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import classes from "./marks.module.css";

/** Between it and what it belongs to, and the edge of the window. */
const GAP_PIXELS = 8;
/** The bar that stays on top, which would hide it. */
const BAR_PIXELS = 64;

type Props = {
  readonly beside: Element;
  /** A line each. */
  readonly text: string;
  /** It was reached by the keyboard: then it tells the keys. */
  readonly isByKey: boolean;
};

/** What a mark is, above it, or below where there is no room. For the eye alone: those who hear the page are told the same as the mark's name. */
export function MarkHint({ beside, text, isByKey }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const hint = ref.current;
    if (!hint) return;
    const mark = beside.getBoundingClientRect();
    const { width, height } = hint.getBoundingClientRect();
    const widest = document.documentElement.clientWidth - width - GAP_PIXELS;
    const left = Math.max(GAP_PIXELS, Math.min(widest, mark.left + mark.width / 2 - width / 2));
    const above = mark.top - height - GAP_PIXELS;
    const top = above < BAR_PIXELS ? mark.bottom + GAP_PIXELS : above;
    hint.style.left = `${left + window.scrollX}px`;
    hint.style.top = `${top + window.scrollY}px`;
  });
  return createPortal(
    <div ref={ref} className={classes.hint} aria-hidden data-testid="mark-hint">
      {text.split("\n").map((line) => (
        <div key={line}>{line}</div>
      ))}
      {isByKey && <div className={classes.keys}>← → to the next, Enter opens</div>}
    </div>,
    document.body,
  );
}
