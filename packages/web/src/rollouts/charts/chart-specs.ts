import type { Rollout, RolloutSeries } from "../../api/types.ts";
import type { ChartLine, ChartSpec } from "../../ui/chart/chart-spec.ts";
import {
  formatCount,
  formatMilliseconds,
  formatOdds,
  formatPercent,
  formatPoints,
  formatRatio,
} from "../../ui/format.ts";
import { movementOf } from "../rollout-phase.ts";
import { PERCENTILES, type Percentile } from "./chart-view.ts";

/** What all charts of a rollout have in common. */
export type Shared = Pick<ChartSpec, "times" | "marks" | "span"> & {
  readonly rollout: Rollout;
  readonly series: RolloutSeries;
};

type ArmName = "baseline" | "candidate";

/** A rate of single seconds jumps between 0 and 1 at small traffic; this many together can be read. */
export const RATE_WINDOW_SECONDS = 10;

/** Above this it says "beyond doubt" all the same; the lines below it stay apart. */
const EVIDENCE_SHOWN_MAX = 1e7;
/** Below this the evidence is drawn at the edge: it says "none" all the same. */
const EVIDENCE_SHOWN_MIN = 0.1;
/** The band's axis: at least from a quarter to four times, at most to what counts can tell. */
const BAND_RATIO_MIN = 4;
const BAND_RATIO_MAX = 64;

const SIGNAL_COLORS = ["--signal-1", "--signal-2", "--signal-3", "--signal-4"] as const;
const SIGNAL_LOOKS = ["dashed", "dotted"] as const;

const compactFormat = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Seconds since the epoch, ascending even where a clock was set back meanwhile. */
export function timesOf({ points }: RolloutSeries): number[] {
  const times: number[] = [];
  for (const at of points.at) times.push(Math.max(Date.parse(at) / 1_000, (times.at(-1) ?? 0) + 0.001));
  return times;
}

export function evidenceSpec({ rollout, series, ...shared }: Shared): ChartSpec {
  const limit = 1 / rollout.guard.alpha;
  const newest = series.points.logEvidence.at(-1);
  const peak = Math.max(...series.points.logEvidence);
  const parts: ChartLine[] =
    series.signals.length < 2
      ? []
      : series.signals.map((signal, index) => ({
          label: `Part of ${signal.name}`,
          shortLabel: signal.name,
          color: SIGNAL_COLORS[index % SIGNAL_COLORS.length] ?? SIGNAL_COLORS[0],
          look: SIGNAL_LOOKS[index % SIGNAL_LOOKS.length] ?? "dashed",
          width: 1.5,
          values: signal.logEvidence.map((log) => (log === null ? null : shownEvidence(log + Math.log(signal.weight)))),
        }));
  return {
    ...shared,
    title: "Evidence that the candidate is worse",
    description:
      newest === undefined
        ? "No evidence yet."
        : `Evidence over time: last ${formatOdds(newest)}, at most ${formatOdds(peak)}. Taken back at ${formatCount(limit)} : 1.`,
    lines: [
      ...parts,
      {
        label: "In all",
        shortLabel: "in all",
        color: "--candidate-arm",
        width: 2.5,
        values: series.points.logEvidence.map(shownEvidence),
      },
    ],
    scale: "log",
    // A third of a power of ten stays free above the highest value.
    range: (_min, max) => [
      EVIDENCE_SHOWN_MIN,
      Math.max(limit * 10, 10 ** Math.ceil(Math.log10(Math.max(max, 1)) + 0.3)),
    ],
    format: (value) => (value < 10 ? `${Number(value.toPrecision(2))} : 1` : formatOdds(Math.log(value))),
    formatTick: (value) => `${compactFormat.format(value)} : 1`,
    threshold: { value: limit, label: `${formatCount(limit)} : 1 takes it back`, tone: "bad" },
  };
}

function shownEvidence(logEvidence: number): number {
  return Math.min(EVIDENCE_SHOWN_MAX, Math.max(EVIDENCE_SHOWN_MIN, Math.exp(Math.min(logEvidence, 700))));
}

/** @returns `undefined` when no signal compares failure rates */
export function bandSpec({ rollout, series, ...shared }: Shared): ChartSpec | undefined {
  const signal = series.signals.find(({ kind }) => kind !== "latency");
  if (!signal) return undefined;
  const [low, high] = [signal.bandLow.findLast(isNumber), signal.bandHigh.findLast(isNumber)];
  const widest = Math.max(high ?? BAND_RATIO_MIN, 1 / (low ?? 1)) * 2;
  const reach = Math.min(BAND_RATIO_MAX, Math.max(BAND_RATIO_MIN, 2 ** Math.ceil(Math.log2(widest))));
  const edge = { color: "--candidate-arm", width: 1.5 } as const;
  return {
    ...shared,
    title: rollout.guard.signals.length > 1 ? `Ratio of ${signal.name} not ruled out` : "Ratio not ruled out",
    description:
      low === undefined || high === undefined
        ? "No failure to compare yet: no ratio is ruled out."
        : `Ratio of the candidate’s failure rate to the baseline’s: at least ${sayBound(low)}, at most ${sayBound(high)}. ${sayBand(low, high)}`,
    lines: [
      { ...edge, label: "At most", shortLabel: "at most", values: signal.bandHigh },
      { ...edge, label: "At least", shortLabel: "at least", values: signal.bandLow },
    ],
    area: { upper: 0, lower: 1, color: "--candidate-arm" },
    scale: "log",
    range: () => [1 / reach, reach],
    ticks: (min, max) => doublings(min, max),
    format: sayBound,
    formatTick: (value) => (value < 1 ? `×1/${Math.round(1 / value)}` : `×${value}`),
    threshold: { value: 1, label: "the same", tone: "idle" },
  };
}

/** The band is looked for between 1/64 and 4,096: at its ends it says that the counts know no bound. */
const BOUND_MIN = 1 / 60;
const BOUND_MAX = 1_000;

function sayBound(ratio: number): string {
  return ratio < BOUND_MIN || ratio > BOUND_MAX ? "no limit known" : formatRatio(ratio);
}

function sayBand(low: number, high: number): string {
  if (low > 1) return "The candidate fails more often.";
  return high < 1 ? "The candidate fails less often." : "They may be the same.";
}

/** 1/4, 1, 4 …: every other power of two, so that they have room. */
function doublings(min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let power = -6; power <= 6; power += 2)
    if (2 ** power >= min * 0.99 && 2 ** power <= max * 1.01) ticks.push(2 ** power);
  return ticks;
}

export function failureRateSpec({ rollout, series, ...shared }: Shared): ChartSpec {
  const signal = series.signals.find(({ kind }) => kind !== "latency") ?? series.signals[0];
  const source = signal?.source ?? "spans";
  const window = Math.max(1, Math.ceil(RATE_WINDOW_SECONDS / series.stepSeconds));
  const rates = (arm: ArmName) => {
    const columns = series.arms.find((each) => each.source === source && each.arm === arm);
    return columns ? slidingRate(columns.requests, columns.failures, window) : [];
  };
  const [baseline, candidate] = [rates("baseline"), rates("candidate")];
  const told = (values: readonly (number | null)[]) => sayLast(values, (value) => formatPercent(value / 100));
  return {
    ...shared,
    title: "Failure rate",
    description: `Failure rate over time. Last: baseline ${told(baseline)}, candidate ${told(candidate)}.`,
    lines: bothArms(rollout, baseline, candidate),
    scale: "linear",
    range: (_min, max) => [0, Math.min(104, Math.max(1, max * 1.15))],
    format: (value) => formatPercent(value / 100),
  };
}

export function latencySpec(
  { rollout, series, ...shared }: Shared,
  percentile: Percentile | "all",
): ChartSpec | undefined {
  const carrying = series.arms.filter((arm) => arm.p50.some(isNumber));
  const source = carrying[0]?.source ?? series.signals.find(({ kind }) => kind === "latency")?.source;
  if (source === undefined) return undefined;
  const columns = (arm: ArmName, name: Percentile) =>
    series.arms.find((each) => each.source === source && each.arm === arm)?.[name] ?? [];
  const shown = percentile === "all" ? PERCENTILES : [percentile];
  const told = (arm: ArmName) =>
    shown.map((name) => `${name} ${sayLast(columns(arm, name), formatMilliseconds)}`).join(", ");
  return {
    ...shared,
    title: "Latency",
    description: `Latency over time. Last: baseline ${told("baseline")}; candidate ${told("candidate")}.`,
    lines: shown.flatMap((name) =>
      bothArms(rollout, columns("baseline", name), columns("candidate", name), shown.length > 1 ? name : undefined),
    ),
    scale: "linear",
    range: (_min, max) => [0, Math.max(5, max * 1.15)],
    format: formatMilliseconds,
  };
}

export function exposureSpec({ rollout: _, series, ...shared }: Shared): ChartSpec {
  const { exposure, neededExposure, smallestRegressionCaught, stage } = series.points;
  const caught = smallestRegressionCaught.at(-1);
  const needed = neededExposure.at(-1);
  const seen = exposure.at(-1);
  const top = exposureTop(series);
  return {
    ...shared,
    title: "Exposure against what the stage needs",
    description: `Stage ${stage.at(-1) ?? 1}: ${formatCount(seen ?? 0)} requests${
      isNumber(needed) ? ` of ${formatCount(needed)} needed` : "; it promises nothing"
    }.${isNumber(caught) ? ` A rise of ${formatPoints(caught)} would most likely have been caught by now.` : ""}`,
    lines: [
      { label: "Needed", shortLabel: "needed", color: "--baseline-arm", look: "dashed", values: neededExposure },
      {
        label: "Requests in this stage",
        shortLabel: "so far",
        color: "--candidate-arm",
        values: perStage(exposure, stage),
      },
    ],
    scale: "linear",
    range: () => [0, Math.max(10, top * 1.15)],
    format: formatCount,
    formatTick: (value) => compactFormat.format(value),
  };
}

/** What was seen, and what each stage needed in the end: at its start, when little is known, a need may be a hundred times that. */
function exposureTop({ points }: RolloutSeries): number {
  let top = 0;
  points.stage.forEach((stage, index) => {
    const isLastOfStage = points.stage[index + 1] !== stage;
    top = Math.max(top, points.exposure[index] ?? 0, isLastOfStage ? (points.neededExposure[index] ?? 0) : 0);
  });
  return top;
}

/** A new stage begins anew: no line leads down to it. */
function perStage(values: readonly (number | null)[], stages: readonly number[]): (number | null)[] {
  return values.map((value, index) => (index > 0 && stages[index] !== stages[index - 1] ? null : value));
}

function bothArms(
  rollout: Rollout,
  baseline: readonly (number | null)[],
  candidate: readonly (number | null)[],
  prefix?: Percentile,
): ChartLine[] {
  const { from, to } = movementOf(rollout);
  const width = prefix === undefined || prefix === "p95" ? 2 : 1.25;
  const named = (name: string) => (prefix === undefined ? cut(name) : `${prefix} ${cut(name)}`);
  const before = prefix === undefined ? "" : `${prefix} `;
  return [
    {
      label: `${before}${from} (baseline)`,
      shortLabel: named(from),
      color: "--baseline-arm",
      look: "dashed",
      width,
      values: baseline,
    },
    { label: `${before}${to} (candidate)`, shortLabel: named(to), color: "--candidate-arm", width, values: candidate },
  ];
}

/** Failures out of requests over a sliding window of points, in percent; `null` where nothing was asked. */
export function slidingRate(
  requests: readonly number[],
  failures: readonly number[],
  window: number,
): (number | null)[] {
  let asked = 0;
  let failed = 0;
  return requests.map((count, index) => {
    asked += count - (requests[index - window] ?? 0);
    failed += (failures[index] ?? 0) - (failures[index - window] ?? 0);
    return asked > 0 ? (failed / asked) * 100 : null;
  });
}

function sayLast(values: readonly (number | null)[], format: (value: number) => string): string {
  const value = values.at(-1);
  return isNumber(value) ? format(value) : "too few to tell";
}

/** There is little room beside a chart. */
function cut(name: string): string {
  return name.length > 8 ? `${name.slice(0, 7)}…` : name;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
