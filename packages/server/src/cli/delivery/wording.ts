import type { StageName } from "@steadfast/core/delivery/bottleneck-report";
import type { Distribution, Interval } from "@steadfast/core/delivery/distribution";
import {
  type ChangeFailRate,
  type FailureLink,
  type FrequencyReport,
  MEDIAN_N_MIN,
  P90_N_MIN,
  RATE_N_MIN,
  type TrendSeries,
} from "@steadfast/core/delivery/report";
import { countText, percentText } from "../terminal/figures.ts";

const UNIT_SPACE = "\u00a0";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A duration in the one unit that suits it: "38 min", "5.2 h", "7.8 days", "9 weeks". */
export function spanText(ms: number): string {
  const { value, unit } = spanOf(ms);
  return `${value}${UNIT_SPACE}${unitText(unit, value)}`;
}

const SINGULAR: ReadonlyMap<string, string> = new Map([
  ["days", "day"],
  ["weeks", "week"],
]);

function unitText(unit: string, value: number): string {
  return value === 1 ? (SINGULAR.get(unit) ?? unit) : unit;
}

/** All in the unit of what was before: "from 2.7 to 1.8 days [1.6–1.9]". */
export function fallText(beforeMs: number, afterMs: number, after: Interval): string {
  const before = spanOf(beforeMs);
  const unitMs = before.value === 0 ? 1 : beforeMs / before.value;
  const [value, low, high] = [afterMs, after.low, after.high].map((ms) => threeDigits(ms / unitMs));
  if (value === 0) return `from ${spanText(beforeMs)} to ${spanText(afterMs)} ${spanIntervalText(after)}`;
  return `from ${before.value} to ${value}${UNIT_SPACE}${unitText(before.unit, value ?? 0)} [${low}–${high}]`;
}

function spanOf(ms: number): { readonly value: number; readonly unit: string } {
  if (ms < 90_000) return { value: Math.round(ms / 1_000), unit: "s" };
  if (ms < 1.5 * HOUR_MS) return { value: Math.round(ms / 60_000), unit: "min" };
  if (ms < 2 * DAY_MS) return { value: threeDigits(ms / HOUR_MS), unit: "h" };
  if (ms < 60 * DAY_MS) return { value: threeDigits(ms / DAY_MS), unit: "days" };
  return { value: threeDigits(ms / (7 * DAY_MS)), unit: "weeks" };
}

function threeDigits(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** "[6.1–9.9 days]", or both units where they differ. */
export function spanIntervalText({ low, high }: Interval): string {
  const [from, to] = [spanOf(low), spanOf(high)];
  return from.unit === to.unit
    ? `[${from.value}–${to.value}${UNIT_SPACE}${unitText(to.unit, to.value)}]`
    : `[${spanText(low)} – ${spanText(high)}]`;
}

export function rateIntervalText({ low, high }: Interval): string {
  return `[${Number((low * 100).toFixed(1))}–${percentText(high)}]`;
}

/** A median of durations, or why there is none. */
export function medianText({ n, median }: Distribution): string {
  if (n === 0 || median === null) return "none";
  return n < MEDIAN_N_MIN ? `too few (${n})` : spanText(median);
}

export function p90Text({ n, p90 }: Distribution): string {
  if (n === 0 || p90 === null) return "none";
  return n < P90_N_MIN ? `too few (${n})` : spanText(p90);
}

export function rateText(rate: number | null, denominator: number): string {
  if (rate === null) return "none";
  return denominator < RATE_N_MIN ? `too few (${denominator})` : percentText(rate);
}

/** 0.57 → "0.57", 12.3 → "12.3", 120 → "120". */
export function numberText(value: number): string {
  return value >= 100 ? countText(value) : String(Number(value.toPrecision(3)));
}

/** "1 commit", "2,400 commits". */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "3 of 12 releases", "1 of 1 release". */
export function partText(part: number, whole: number, noun: string): string {
  return `${countText(part)} of ${countedText(whole, noun)}`;
}

/** How often, in the words one would use. Of less than a week no pace is made: "6 in 3 h". */
export function paceText({ count, knownMs, perWeek }: Pick<FrequencyReport, "count" | "knownMs" | "perWeek">): string {
  if (count === 0) return "none";
  if (count < MEDIAN_N_MIN) return `too few (${count})`;
  if (knownMs < 7 * DAY_MS) return `${countText(count)} in ${spanText(knownMs)}`;
  if (perWeek >= 7) return `${numberText(perWeek / 7)} a day`;
  if (perWeek >= 1) return `${numberText(perWeek)} a week`;
  const perMonth = (perWeek * 30.44) / 7;
  return perMonth >= 1 ? `${numberText(perMonth)} a month` : `${numberText(perMonth * 12)} a year`;
}

const HOW: Readonly<Record<FailureLink["failedBy"], string>> = {
  remediates: "said so",
  rollback: "rolled back",
  "revert-sha": "revert of a commit",
  "revert-pull-request": "revert of a request",
  "revert-title": "revert by its title",
  "incident-cause": "incident names it",
  "incident-window": "incident soon after",
};

export function howText(failedBy: FailureLink["failedBy"]): string {
  return HOW[failedBy];
}

const BY: Readonly<Record<FailureLink["failedBy"], string>> = {
  remediates: "what mended it",
  rollback: "a rollback",
  "revert-sha": "a revert's commit id",
  "revert-pull-request": "a revert's request number",
  "revert-title": "a revert's title",
  "incident-cause": "an incident that names it",
  "incident-window": "an incident soon after",
};

/** "a revert's title (7), a rollback (2)". */
export function linkCountsText({ links }: ChangeFailRate): string {
  const counts = Map.groupBy(links, ({ failedBy }) => BY[failedBy]);
  return [...counts].map(([how, list]) => `${how} (${countText(list.length)})`).join(", ");
}

export const STAGE_TEXT: Readonly<Record<StageName, string>> = {
  coding: "coding",
  pickup: "waiting for a review",
  review: "review",
  merge: "waiting for the merge",
  development: "work to merge",
  queue: "waiting for a release",
  rollout: "rollout",
};

const MEASURE_TEXT: Readonly<Record<TrendSeries["measure"], string>> = {
  "lead-time": "lead time",
  frequency: "releases",
  "change-fail-rate": "change fail rate",
  recovery: "recovery time",
  rework: "rework rate",
  batch: "commits a release",
};

export function measureText(measure: TrendSeries["measure"]): string {
  return MEASURE_TEXT[measure];
}

const PERIOD_TEXT: Readonly<Record<number, string>> = {
  1: "day",
  7: "week",
  28: "4 weeks",
  91: "quarter",
  364: "year",
};

export function periodText(periodMs: number): string {
  return PERIOD_TEXT[periodMs / DAY_MS] ?? `${periodMs / DAY_MS} days`;
}

/** "no detectable change", or when it changed and by how much. */
export function findingText(series: TrendSeries): string {
  if (series.finding === "too-few") return "too few periods with data";
  const last = series.changePoints.at(-1);
  if (series.finding === "no-detectable-change" || last === undefined) return "no detectable change";
  const more = series.changePoints.length > 1 ? ` (the last of ${series.changePoints.length} changes)` : "";
  return `${levelText(series, last.before)} → ${levelText(series, last.after)} since ${dayText(last.atMs)}${more}`;
}

function levelText(series: TrendSeries, level: number): string {
  const value = trendValueText(series.measure, level);
  return series.measure === "frequency" ? `${value} a ${periodText(series.periodMs)}` : value;
}

/** A value of a series, as a point of it is told. */
export function trendValueText(measure: TrendSeries["measure"], value: number): string {
  switch (measure) {
    case "lead-time":
    case "recovery":
      return spanText(value);
    case "change-fail-rate":
    case "rework":
      return percentText(value);
    default:
      return numberText(value);
  }
}

/** 2023-09-01, UTC. */
export function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
