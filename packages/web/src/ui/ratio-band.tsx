import { formatRatio } from "./format.ts";
import classes from "./ratio-band.module.css";

/** The scale: from 1/16 to 16 times the baseline's rate; what lies beyond is cut off at the edge. */
const LARGEST_RATIO = 16;

/** Beyond this a bound only says that the counts know none. */
const BOUND_TOLD_MAX = 1_000;

/** Part of the scale: a band that is narrower, or beyond the edge, can still be seen. */
const NARROWEST = 0.05;

/** Which ratios of failure rates (candidate to baseline) the counts do not rule out; the mark in the middle is "the same". */
export function RatioBand({ low, high }: { low: number; high: number }) {
  const left = Math.min(placeOf(low), 1 - NARROWEST);
  return (
    <span className={classes.band}>
      <span className={classes.text}>{textOf(low, high)}</span>
      <span className={classes.scale} aria-hidden>
        <span
          className={classes.range}
          data-worse={low > 1 || undefined}
          style={{ left: `${left * 100}%`, width: `${Math.max(NARROWEST, placeOf(high) - left) * 100}%` }}
        />
        <span className={classes.same} />
      </span>
    </span>
  );
}

function textOf(low: number, high: number): string {
  const hasLow = low > 1 / BOUND_TOLD_MAX;
  const hasHigh = high < BOUND_TOLD_MAX;
  if (hasLow && hasHigh) return `${formatRatio(low)} – ${formatRatio(high)}`;
  if (hasLow) return `${formatRatio(low)} or more`;
  return hasHigh ? `${formatRatio(high)} or less` : "nothing yet";
}

function placeOf(ratio: number): number {
  const bounded = Math.max(1 / LARGEST_RATIO, Math.min(LARGEST_RATIO, ratio));
  return (Math.log(bounded) / Math.log(LARGEST_RATIO) + 1) / 2;
}
