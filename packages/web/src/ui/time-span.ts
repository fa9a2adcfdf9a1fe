/** Whole seconds since the epoch, `from` before `to`. */
export type TimeSpan = { readonly from: number; readonly to: number };

/** Either end of a span. */
export type SpanEnd = "from" | "to";

/** Moves of the keyboard that a person can follow, seconds. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600] as const;
/** From one end of the whole to the other in about this many moves. */
const MOVES = 120;
/** What PageUp and PageDown move by, in steps. */
const PAGE_STEPS = 10;
/** A span shorter than this shows nothing. */
export const SPAN_MIN_SECONDS = 1;

/** How far an arrow key moves an end of a span within the whole, seconds. */
export function stepOf({ from, to }: TimeSpan): number {
  return STEPS.find((step) => (to - from) / step <= MOVES) ?? STEPS[STEPS.length - 1] ?? 1;
}

/**
 * The span after a key was pressed on one of its ends, as WAI-ARIA's pattern of a slider with two thumbs has it: arrows, Page Up and Down, Home and End. An end never passes the
 * other one.
 *
 * @returns `undefined`: the key means nothing here
 */
export function spanAfterKey(key: string, end: SpanEnd, span: TimeSpan, whole: TimeSpan): TimeSpan | undefined {
  const step = stepOf(whole);
  const moves: Readonly<Record<string, number>> = {
    ...{ ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step },
    ...{ PageUp: step * PAGE_STEPS, PageDown: -step * PAGE_STEPS },
    ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
  };
  const move = Object.hasOwn(moves, key) ? moves[key] : undefined;
  return move === undefined ? undefined : withEnd(span, end, span[end] + move, whole);
}

/** The span with one end moved to a moment, as far as the other end and the whole allow. */
export function withEnd(span: TimeSpan, end: SpanEnd, at: number, whole: TimeSpan): TimeSpan {
  const [low, high] = boundsOf(end, span, whole);
  return { ...span, [end]: Math.round(Math.min(high, Math.max(low, at))) };
}

/** Between which moments an end can stand. */
export function boundsOf(end: SpanEnd, span: TimeSpan, whole: TimeSpan): readonly [low: number, high: number] {
  return end === "from" ? [whole.from, span.to - SPAN_MIN_SECONDS] : [span.from + SPAN_MIN_SECONDS, whole.to];
}
