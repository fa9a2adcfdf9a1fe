import { findChangePoints, SEGMENT_MIN } from "./change-points.ts";
import { distributionOf } from "./distribution.ts";
import type { Heard } from "./heard.ts";
import type { FailureLink, TrendMeasure, TrendSeries } from "./report.ts";
import type { ShippedRequest } from "./shipped-changes.ts";
import { countedByShipment, isMeasured, leadTimesOf, type WindowView } from "./window-view.ts";

const DAY_MS = 24 * 3_600_000;
/** The shortest period that cuts the window into at most `PERIODS_MAX` points. */
const PERIODS_MS = [7 * DAY_MS, 28 * DAY_MS, 91 * DAY_MS, 364 * DAY_MS];
const PERIODS_MAX = 105;
/** Windows up to this long are cut into days. */
const DAILY_WINDOW_MS = 42 * DAY_MS;
/** Four series are tested a report: at 1 % each, one report in 25 finds a change in what has none. */
const ALPHA = 0.01;
/** A smaller change of level is none that anybody would act upon: a fifth, or 5 points of a rate. */
const RATIO_MIN = 1.2;
const RATE_CHANGE_MIN = 0.05;

type Point = { readonly fromMs: number; readonly n: number; readonly value: number | null };

type TrendFacts = {
  readonly links: readonly FailureLink[];
  readonly requests: readonly ShippedRequest[];
  readonly heard: Heard;
};

/** Lead time, frequency, change fail rate and batch size by period, each tested for a change of its level. */
export function trendsOf(
  view: WindowView,
  { links, requests, heard }: TrendFacts,
  seed: number,
): readonly TrendSeries[] {
  const { fromMs, toMs } = view.options;
  const periodMs = periodFor(toMs - fromMs);
  const count = Math.min(PERIODS_MAX * 4, Math.ceil((toMs - fromMs) / periodMs));
  if (count <= 0) return [];
  const cutter = { fromMs, periodMs, count };
  const leads = cutLeadTimes(cutter, view, requests);
  const deployments = cut(
    cutter,
    view.shipments.map(({ atMs, fact }) => ({ atMs, value: fact.id })),
  );
  const failed = new Set(links.map(({ deploymentId }) => deploymentId));
  const judged = cut(
    cutter,
    view.shipments
      .filter(({ role }) => role !== "rollback")
      .map(({ atMs, fact }) => ({ atMs, value: failed.has(fact.id) ? 1 : 0 })),
  );
  const batches = cut(cutter, batchSizes(view));
  const countHeard = ({ length }: readonly string[], index: number): Value => {
    const startMs = fromMs + index * periodMs;
    // Of a period that the window or the sources know in part, a count says less than of the others: it is no value.
    const isWhole = startMs >= heard.fromMs && startMs + periodMs <= Math.min(toMs, heard.toMs);
    return { n: length, value: isWhole ? length : null };
  };
  return [
    seriesOf("lead-time", cutter, leads.map(medianOf), Math.log, seed),
    seriesOf("frequency", cutter, deployments.map(countHeard), Math.sqrt, seed),
    seriesOf("change-fail-rate", cutter, judged.map(meanOf), (rate) => rate, seed),
    seriesOf("batch", cutter, batches.map(medianOf), Math.log, seed),
  ];
}

function periodFor(windowMs: number): number {
  if (windowMs <= DAILY_WINDOW_MS) return DAY_MS;
  return PERIODS_MS.find((periodMs) => windowMs / periodMs <= PERIODS_MAX) ?? 364 * DAY_MS;
}

type Cutter = { readonly fromMs: number; readonly periodMs: number; readonly count: number };
type Timed<Value> = { readonly atMs: number; readonly value: Value };

function cut<Value>(
  { fromMs, periodMs, count }: Cutter,
  items: readonly Timed<Value>[],
): readonly (readonly Value[])[] {
  const periods = Array.from({ length: count }, (): Value[] => []);
  for (const { atMs, value } of items) periods[Math.floor((atMs - fromMs) / periodMs)]?.push(value);
  return periods;
}

/** Of commits; where a source knows only pull requests, of those. */
function cutLeadTimes(
  cutter: Cutter,
  view: WindowView,
  requests: readonly ShippedRequest[],
): readonly (readonly number[])[] {
  const { counted, ledger } = view;
  if (counted.commits.length === 0) {
    const leads = requests.flatMap(({ shipment: { atMs }, staged }) =>
      staged === null ? [] : [{ atMs, value: atMs - staged.startMs }],
    );
    return cut(cutter, leads);
  }
  const periods = Array.from({ length: cutter.count }, (): number[] => []);
  const leads = leadTimesOf(view, "authoredAtMs");
  for (let index = 0; index < leads.length; index += 1) {
    const leadMs = leads[index] ?? -1;
    if (leadMs < 0) continue;
    const atMs = ledger.shipments[counted.shipments[index] ?? 0]?.atMs ?? 0;
    periods[Math.floor((atMs - cutter.fromMs) / cutter.periodMs)]?.push(leadMs);
  }
  return periods;
}

function batchSizes(view: WindowView): readonly Timed<number>[] {
  const sizes = countedByShipment(view);
  return view.shipments
    .filter((shipment) => isMeasured(shipment) && (sizes[shipment.index] ?? 0) > 0)
    .map(({ index, atMs }) => ({ atMs, value: sizes[index] ?? 0 }));
}

type Value = { readonly n: number; readonly value: number | null };

function medianOf(values: readonly number[]): Value {
  return { n: values.length, value: distributionOf(values).median };
}

function meanOf(values: readonly number[]): Value {
  return { n: values.length, value: distributionOf(values).mean };
}

/** @param scale on which a level's spread is the same wherever it lies: the log of durations, the root of counts */
function seriesOf(
  measure: TrendMeasure,
  { fromMs, periodMs }: Cutter,
  values: readonly Value[],
  scale: (value: number) => number,
  seed: number,
): TrendSeries {
  const points = values.map(({ n, value }, index): Point => ({ fromMs: fromMs + index * periodMs, n, value }));
  const known = points.flatMap((point) => (point.value === null ? [] : [{ fromMs: point.fromMs, value: point.value }]));
  const base = { measure, periodMs, points };
  const items = points.reduce((sum, { n }) => sum + n, 0);
  if (known.length < 2 * SEGMENT_MIN || items < 2 * SEGMENT_MIN)
    return { ...base, finding: "too-few", changePoints: [] };
  // A lead time below a second is a second: the log of zero is no number.
  const scaled = known.map(({ value }) => scale(measure === "lead-time" ? Math.max(1_000, value) : value));
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
  return (measure === "lead-time" || measure === "batch" ? median : mean) ?? 0;
}

function isLarge(measure: TrendMeasure, before: number, after: number): boolean {
  if (measure === "change-fail-rate") return Math.abs(after - before) >= RATE_CHANGE_MIN;
  const [small, large] = before < after ? [before, after] : [after, before];
  return large >= small * RATIO_MIN && large > 0;
}
