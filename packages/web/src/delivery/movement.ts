import type { DeliveryReport } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { BASELINE_DAYS } from "./delivery-search.ts";
import { formatSpanBeside, type Measure, perWeekText } from "./figures.ts";

/** Below so many cases on either side nothing is compared: the ranges of a handful say little more than that they are wide. */
const COMPARED_N_MIN = 10;

const WEEK_MS = 7 * 86_400_000;

export type Trend = DeliveryReport["trend"][number];

/**
 * How a measure moved, in one statement: a change only where one can be seen, against the time before or within this one; else that none can.
 *
 * @param before the same measure in the time before; `undefined`: not known yet
 */
export function movementOf(measure: Measure, before: Measure | undefined, trend: Trend | undefined): string {
  const comparison = compare(measure, before);
  const change = trend?.finding === "change" ? changeText(trend) : null;
  if (comparison.isMoved) return change === null ? comparison.text : `${comparison.text} · ${change}`;
  if (change !== null) return change;
  const trendText = trend?.finding === "no-detectable-change" ? "no detectable change" : "too few periods for a trend";
  if (comparison.text === "") return trend ? trendText : "";
  return comparison.isTooFew
    ? `${trend ? `${trendText} · ` : ""}${comparison.text}`
    : `no detectable change · ${comparison.text}`;
}

type Comparison = { readonly text: string; readonly isMoved: boolean; readonly isTooFew: boolean };

/** Two ranges of 95 % that do not touch are a change: by chance alone about one time in two hundred. */
function compare(measure: Measure, before: Measure | undefined): Comparison {
  const nothing = { text: "", isMoved: false, isTooFew: false };
  // Of a time that nobody told of there is nothing to say.
  if (measure.value === null || !before || before.n === 0 || isTooFew(measure, before)) return nothing;
  const time = `in the ${BASELINE_DAYS} days before (${before.of})`;
  if (isTooFew(before, measure) || before.value === null || !before.range || !measure.range)
    return { ...nothing, text: `too few ${time} to compare`, isTooFew: true };
  const was = textBeside(before, measure);
  if (measure.range.low > before.range.high) return { text: `up from ${was} ${time}`, isMoved: true, isTooFew: false };
  if (measure.range.high < before.range.low)
    return { text: `down from ${was} ${time}`, isMoved: true, isTooFew: false };
  return { ...nothing, text: `${was} ${time}` };
}

/** A frequency is a count: that there were few is what it says. */
function isTooFew({ name, n }: Measure, other: Measure): boolean {
  return (name === "frequency" ? Math.max(n, other.n) : n) < COMPARED_N_MIN;
}

/** In the unit of the figure that it is compared with. */
function textBeside(before: Measure, measure: Measure): string {
  const isSpan = measure.name === "lead-time" || measure.name === "recovery";
  return isSpan ? formatSpanBeside(before.value ?? 0, measure.value ?? 0) : before.text;
}

function changeText(trend: Trend): string | null {
  const last = trend.changePoints.at(-1);
  if (!last) return null;
  const on = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" }).format(last.atMs);
  return `changed about ${on}, ${levelsText(trend, last)}`;
}

/** The levels on either side of a change, in one unit. */
function levelsText({ measure, periodMs }: Trend, { before, after }: Trend["changePoints"][number]): string {
  switch (measure) {
    case "lead-time":
    case "recovery":
      return `from ${formatSpanBeside(before, Math.max(before, after))} to ${formatSpanBeside(after, Math.max(before, after))}`;
    case "change-fail-rate":
    case "rework":
      return `from ${formatPercent(Number(before.toFixed(3)))} to ${formatPercent(Number(after.toFixed(3)))}`;
    default:
      return `from ${perWeekText((before * WEEK_MS) / periodMs)} to ${perWeekText((after * WEEK_MS) / periodMs)} a week`;
  }
}
