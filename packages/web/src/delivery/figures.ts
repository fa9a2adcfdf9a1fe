import type { DeliveryReport, StageName } from "../api/types.ts";
import { countOf, formatCount, formatDuration, formatPercent } from "../ui/format.ts";

/** Below these many values a figure is "too few": the same as on the command line. */
export const MEDIAN_N_MIN = 5;
export const RATE_N_MIN = 10;

const HOUR_MS = 3_600_000;

export const STAGE_WORDS: Readonly<Record<StageName, { readonly label: string; readonly about: string }>> = {
  coding: { label: "Coding", about: "first commit until the request is opened" },
  pickup: { label: "Pickup", about: "opened until somebody else looks" },
  review: { label: "Review", about: "first look until approved" },
  merge: { label: "Merge", about: "approved until merged" },
  development: { label: "Development", about: "written until it entered the history" },
  queue: { label: "Queue", about: "merged until its deployment began" },
  rollout: { label: "Rollout", about: "deployment began until everybody had it" },
};

/** `2.8 d`, `4.2 h`, `12 min`, `45 s`: the one way in which durations are written on this page. */
export function formatSpan(ms: number): string {
  return formatSpanBeside(ms, ms);
}

/** `2 d 18 h`: for who wants to know it more exactly. */
export function exactSpan(ms: number): string {
  return formatDuration(ms / 1_000);
}

/** In the unit of what it stands beside: `2.7 d` before `2.2 d [1.9 – 2.5]`; in its own where that would be nearly nothing. */
export function formatSpanBeside(ms: number, other: number): string {
  const beside = unitOf(other);
  const { inUnit, name } = ms > 0 && ms < beside.ms / 10 ? unitOf(ms) : beside;
  return `${inUnit(ms)} ${name}`;
}

/** `2.2 d [1.9 – 2.6]` in one unit, so that the three can be compared at a glance. */
export function formatSpanWithin(ms: number, interval: Range): string {
  const { inUnit, name } = unitOf(ms);
  return `${inUnit(ms)} ${name} [${inUnit(interval.low)} – ${inUnit(interval.high)}]`;
}

/** The largest first, each from so many of it on: 47 hours are hours, 48 are two days. */
const UNITS = [
  { name: "d", ms: 24 * HOUR_MS, fromMs: 48 * HOUR_MS },
  { name: "h", ms: HOUR_MS, fromMs: HOUR_MS },
  { name: "min", ms: 60_000, fromMs: 60_000 },
] as const;
const SECONDS = { name: "s", ms: 1_000 };

/** Two significant digits; whole numbers from ten on. */
function unitOf(ofMs: number) {
  const { name, ms } = UNITS.find(({ fromMs }) => ofMs >= fromMs) ?? SECONDS;
  return {
    ...{ name, ms },
    inUnit: (value: number) => (value / ms >= 10 ? Math.round(value / ms) : Number((value / ms).toPrecision(2))),
  };
}

export type MeasureName = "lead-time" | "frequency" | "change-fail-rate" | "recovery" | "rework";

export type Measure = {
  readonly name: MeasureName;
  readonly label: string;
  /** `null`: too few to say. */
  readonly value: number | null;
  readonly text: string;
  /** Of a duration, more exactly than `text`. */
  readonly exact: string | null;
  /** What the data does not rule out, 95 %; `null`: too few to say. */
  readonly interval: string | null;
  /** The same as numbers, as `value` is. */
  readonly range: Range | null;
  /** How many cases it is made of, and in words: `43 pull requests`. */
  readonly n: number;
  readonly of: string;
  /** What the figure is made of: its denominator. */
  readonly made: string;
  readonly isLowerBetter: boolean;
  /** Which changes or deployments it opens. */
  readonly opens: string;
};

/** The five levers, each with its denominator. */
export function measuresOf(report: DeliveryReport): readonly Measure[] {
  return [leadTimeOf(report), frequencyOf(report), failRateOf(report), recoveryOf(report), reworkOf(report)];
}

function leadTimeOf({ leadTime }: DeliveryReport): Measure {
  const { change, author } = leadTime;
  const isOfChanges = change !== null && change.n >= MEDIAN_N_MIN;
  const of = isOfChanges ? change : author;
  const value = of.n >= MEDIAN_N_MIN ? of.median : null;
  const unit = isOfChanges ? "pull request" : "commit";
  const negative = of.negative > 0 ? ` · ${of.negative} negative, left out` : "";
  const p90 = of.p90 === null || value === null ? "" : `p90 ${formatSpan(of.p90)} · `;
  return {
    ...{ name: "lead-time", label: "Change lead time", isLowerBetter: true, opens: "changes", value },
    text: value === null ? "too few" : formatSpan(value),
    exact: value === null ? null : exactSpan(value),
    interval: value === null ? null : spanInterval(value, of.medianInterval),
    ...{ range: of.medianInterval, n: of.n, of: countOf(of.n, unit) },
    made: `${p90}${countOf(of.n, unit)}${negative}`,
  };
}

function frequencyOf({ frequency, window }: DeliveryReport): Measure {
  const { count, perWeek, rollbacks, interval } = frequency;
  const days = Math.round((window.toMs - window.fromMs) / (24 * HOUR_MS));
  return {
    ...{ name: "frequency", label: "Deployment frequency", isLowerBetter: false, opens: "deployments", value: perWeek },
    exact: null,
    text: count === 0 ? "none" : `${perWeekText(perWeek)} a week`,
    interval: count === 0 ? null : `${perWeekText(interval.low)} – ${perWeekText(interval.high)}`,
    ...{ range: interval, n: count, of: countOf(count, "deployment") },
    made: `${formatCount(count)} in ${days} days${rollbacks > 0 ? `, ${rollbacks} of them ${rollbacks === 1 ? "a rollback" : "rollbacks"}` : ""}`,
  };
}

function failRateOf({ changeFailRate }: DeliveryReport): Measure {
  const { failed, deployments, rate, interval, unlinked } = changeFailRate;
  const value = deployments >= RATE_N_MIN ? rate : null;
  return {
    ...{ name: "change-fail-rate", label: "Change fail rate", isLowerBetter: true, opens: "failures", value },
    exact: null,
    text: value === null ? "too few" : formatPercent(value),
    interval: value === null ? null : percentInterval(interval),
    ...{ range: interval, n: deployments, of: countOf(deployments, "deployment") },
    made: `${failed} of ${countOf(deployments, "deployment")}${unlinked.length > 0 ? ` · ${unlinked.length} unlinked` : ""}`,
  };
}

function recoveryOf({ recovery, changeFailRate }: DeliveryReport): Measure {
  const value = recovery.n >= MEDIAN_N_MIN ? recovery.median : null;
  const open = recovery.open > 0 ? ` · ${recovery.open} still open` : "";
  return {
    ...{ name: "recovery", label: "Recovery time", isLowerBetter: true, opens: "failures", value },
    text: value === null ? (changeFailRate.failed === 0 ? "no failure" : "too few") : formatSpan(value),
    exact: value === null ? null : exactSpan(value),
    interval: value === null ? null : spanInterval(value, recovery.medianInterval),
    ...{ range: recovery.medianInterval, n: recovery.n, of: `${formatCount(recovery.n)} recovered` },
    made: `${recovery.n} recovered${open}`,
  };
}

function reworkOf({ rework }: DeliveryReport): Measure {
  const value = rework.deployments >= RATE_N_MIN ? rework.rate : null;
  return {
    ...{ name: "rework", label: "Rework rate", isLowerBetter: true, opens: "rework", value },
    exact: null,
    text: value === null ? "too few" : formatPercent(value),
    interval: value === null ? null : percentInterval(rework.interval),
    ...{ range: rework.interval, n: rework.deployments, of: countOf(rework.deployments, "deployment") },
    made: `${rework.count} of ${countOf(rework.deployments, "deployment")} mended something unplanned`,
  };
}

type Range = { readonly low: number; readonly high: number };

/** In the unit of the figure it belongs to. */
function spanInterval(ms: number, interval: Range | null): string | null {
  const { inUnit, name } = unitOf(ms);
  return interval && `${inUnit(interval.low)} – ${inUnit(interval.high)} ${name}`;
}

function percentInterval(interval: Range | null): string | null {
  return interval && `${formatPercent(interval.low)} – ${formatPercent(interval.high)}`;
}

/** Two digits: `4.7`, `71`. */
export function perWeekText(perWeek: number): string {
  return String(perWeek >= 10 ? Math.round(perWeek) : Number(perWeek.toPrecision(2)));
}
