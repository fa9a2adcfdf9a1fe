import { findChangePoints, SEGMENT_MIN } from "./change-points.ts";
import { distributionOf } from "./distribution.ts";
import type { Heard } from "./heard.ts";
import type { TrendMeasure, TrendPoint, TrendSeries } from "./report.ts";
import type { ShippedRequest } from "./shipped-changes.ts";
import { type Failure, survivalMedian } from "./stability.ts";
import { isMeasured, type WindowView } from "./window-view.ts";

const DAY_MS = 24 * 3_600_000;
/** The shortest period that cuts the window into at most `PERIODS_MAX` points. */
const PERIODS_MS = [7 * DAY_MS, 28 * DAY_MS, 91 * DAY_MS, 364 * DAY_MS];
const PERIODS_MAX = 105;
/** Windows up to this long are cut into days. */
const DAILY_WINDOW_MS = 42 * DAY_MS;
/** Six series are tested a report: at 1 % each, at most one report in 17 finds a change in what has none. At the 3 % of eight or nine periods, one in 6. */
const ALPHA = 0.01;
/** A smaller change of level is none that anybody would act upon: a fifth, or 5 points of a rate. */
const RATIO_MIN = 1.2;
const RATE_CHANGE_MIN = 0.05;

type TrendFacts = {
  readonly failures: readonly Failure[];
  /** Of the deployments that were made to mend something. */
  readonly reworkIds: ReadonlySet<string>;
  readonly requests: readonly ShippedRequest[];
  readonly heard: Heard;
};

/** The five levers and batch size by period, each tested for a change of its level. */
export function trendsOf(
  view: WindowView,
  { failures, reworkIds, requests, heard }: TrendFacts,
  seed: number,
): readonly TrendSeries[] {
  const { fromMs, toMs } = view.options;
  const periodMs = periodFor(toMs - fromMs);
  const count = Math.min(PERIODS_MAX * 4, Math.ceil((toMs - fromMs) / periodMs));
  if (count <= 0) return [];
  const cutter = { fromMs, periodMs, count };
  const leads = cutLeadTimes(cutter, view, requests);
  const failureOf = new Map(failures.map((failure) => [failure.deploymentId, failure]));
  const periods = Array.from(
    { length: count },
    (): Period => ({ deployments: 0, rework: 0, judged: 0, failures: [], batches: [] }),
  );
  for (const shipment of view.shipments) {
    const period = periods[Math.floor((shipment.atMs - fromMs) / periodMs)];
    if (period === undefined) continue;
    const { role, fact, index } = shipment;
    period.deployments += 1;
    if (reworkIds.has(fact.id)) period.rework += 1;
    if (role !== "rollback") {
      period.judged += 1;
      const failure = failureOf.get(fact.id);
      if (failure !== undefined) period.failures.push(failure);
    }
    const size = view.sizes[index] ?? 0;
    if (size > 0 && isMeasured(shipment)) period.batches.push(size);
  }
  const countHeard = ({ deployments: length }: Period, index: number): Value => {
    const startMs = fromMs + index * periodMs;
    // Of a period that the window or the sources know in part, a count says less than of the others: it is no value.
    const isWhole = startMs >= heard.fromMs && startMs + periodMs <= Math.min(toMs, heard.toMs);
    return { n: length, value: isWhole ? length : null };
  };
  return [
    seriesOf("lead-time", cutter, leads.map(medianOf), Math.log, seed),
    seriesOf("frequency", cutter, periods.map(countHeard), Math.sqrt, seed),
    seriesOf("change-fail-rate", cutter, periods.map(failRateOf), (rate) => rate, seed),
    seriesOf("recovery", cutter, periods.map(recoveryOf), Math.log, seed),
    seriesOf("rework", cutter, periods.map(reworkRateOf), (rate) => rate, seed),
    seriesOf(
      "batch",
      cutter,
      periods.map(({ batches }) => medianOf(batches)),
      Math.log,
      seed,
    ),
  ];
}

function periodFor(windowMs: number): number {
  if (windowMs <= DAILY_WINDOW_MS) return DAY_MS;
  return PERIODS_MS.find((periodMs) => windowMs / periodMs <= PERIODS_MAX) ?? 364 * DAY_MS;
}

type Cutter = { readonly fromMs: number; readonly periodMs: number; readonly count: number };

/** What shipped in one. */
type Period = {
  deployments: number;
  rework: number;
  /** Deployments that are no rollbacks. */
  judged: number;
  readonly failures: Failure[];
  /** Commits of each deployment that brought some. */
  readonly batches: number[];
};

/** Of commits; where a source knows only pull requests, of those. */
function cutLeadTimes(
  cutter: Cutter,
  view: WindowView,
  requests: readonly ShippedRequest[],
): readonly (readonly number[])[] {
  const { counted, ledger } = view;
  const periods = Array.from({ length: cutter.count }, (): number[] => []);
  const periodAt = (atMs: number) => periods[Math.floor((atMs - cutter.fromMs) / cutter.periodMs)];
  if (counted.commits.length === 0) {
    for (const { shipment, staged } of requests)
      if (staged !== null) periodAt(shipment.atMs)?.push(shipment.atMs - staged.startMs);
    return periods;
  }
  const leads = view.leadsMs.authored;
  for (let index = 0; index < leads.length; index += 1) {
    const leadMs = leads[index] ?? -1;
    if (leadMs >= 0) periodAt(ledger.shipments[counted.shipments[index] ?? 0]?.atMs ?? 0)?.push(leadMs);
  }
  return periods;
}

type Value = Omit<TrendPoint, "fromMs">;

function medianOf(values: readonly number[]): Value {
  return { n: values.length, value: distributionOf(values).median };
}

function shareOf(hits: number, n: number): Value {
  return { n, value: n === 0 ? null : hits / n };
}

function failRateOf({ failures, judged }: Period): Value {
  return shareOf(failures.length, judged);
}

function reworkRateOf({ rework, deployments }: Period): Value {
  return shareOf(rework, deployments);
}

/** Were the open ones left out, the latest periods would know none but what was mended quickly. */
function recoveryOf({ failures }: Period): Value {
  const open = failures.reduce((count, { isOpen }) => count + Number(isOpen), 0);
  return { n: failures.length, open, value: survivalMedian(failures) };
}

/** @param scale on which a level's spread is the same wherever it lies: the log of durations, the root of counts */
function seriesOf(
  measure: TrendMeasure,
  { fromMs, periodMs }: Cutter,
  values: readonly Value[],
  scale: (value: number) => number,
  seed: number,
): TrendSeries {
  const points = values.map((value, index) => ({ fromMs: fromMs + index * periodMs, ...value }));
  const known = points.flatMap((point) => (point.value === null ? [] : [{ fromMs: point.fromMs, value: point.value }]));
  const base = { measure, periodMs, points };
  const items = points.reduce((sum, { n }) => sum + n, 0);
  if (known.length < 2 * SEGMENT_MIN || items < 2 * SEGMENT_MIN)
    return { ...base, finding: "too-few", changePoints: [] };
  // A time below a second is a second: the log of zero is no number.
  const scaled = known.map(({ value }) => scale(isDuration(measure) ? Math.max(1_000, value) : value));
  const splits = findChangePoints(scaled, { seed, alpha: ALPHA });
  const changes = splits.map(({ index, pValue }, nth) => {
    const levels = known.map(({ value }) => value);
    const before = levelOf(measure, levels.slice(splits[nth - 1]?.index ?? 0, index));
    const after = levelOf(measure, levels.slice(index, splits[nth + 1]?.index ?? levels.length));
    return { atMs: known[index]?.fromMs ?? fromMs, before, after, pValue };
  });
  const large = changes.filter(({ before, after }) => isLarge(measure, before, after));
  return { ...base, finding: large.length === 0 ? "no-detectable-change" : "change", changePoints: large };
}

/** Counts and rates are averaged: their median would be 0 for what is rare. */
function levelOf(measure: TrendMeasure, values: readonly number[]): number {
  const { mean, median } = distributionOf(values);
  return (isDuration(measure) || measure === "batch" ? median : mean) ?? 0;
}

function isDuration(measure: TrendMeasure): boolean {
  return measure === "lead-time" || measure === "recovery";
}

function isRate(measure: TrendMeasure): boolean {
  return measure === "change-fail-rate" || measure === "rework";
}

function isLarge(measure: TrendMeasure, before: number, after: number): boolean {
  if (isRate(measure)) return Math.abs(after - before) >= RATE_CHANGE_MIN;
  const [small, large] = before < after ? [before, after] : [after, before];
  return large >= small * RATIO_MIN && large > 0;
}
