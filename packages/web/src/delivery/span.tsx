import { exactSpan, formatSpan } from "./figures.ts";

/** A duration as people compare it; the exact one when it is pointed at. */
export function Span({ ms }: { ms: number }) {
  return <span title={exactSpan(ms)}>{formatSpan(ms)}</span>;
}
