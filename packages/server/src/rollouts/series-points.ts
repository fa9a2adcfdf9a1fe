import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import type { GuardTick } from "@steadfast/core/guard/decision";
import type { z } from "zod";
import type { rolloutSeries } from "./series-schemas.ts";
import type { TickReading } from "./tick-reading.ts";
import { WindowHistogram } from "./window-histogram.ts";

export type RolloutSeries = z.infer<typeof rolloutSeries>;
export type SeriesColumns = Pick<RolloutSeries, "points" | "signals" | "arms">;

/** A stored tick. */
export type SeriesTick = {
  readonly tick: GuardTick;
  readonly logEvidence: number;
  /** `null`: from before readings were stored. */
  readonly reading: TickReading | null;
};

/** A second of 1 % of 250 requests has two or three candidates: no percentile could be told from it. */
export const LATENCY_WINDOW_TICKS = 30;

const SOURCES: readonly TelemetrySource[] = ["spans", "observations"];
const ARMS = ["baseline", "candidate"] as const;

type Signal = Pick<RolloutSeries["signals"][number], "name" | "kind" | "source" | "weight">;
type ArmColumns = RolloutSeries["arms"][number];
type OpenArm = {
  readonly columns: ArmColumns;
  readonly latencies: WindowHistogram;
  requests: number;
  failures: number;
};
type OpenPoint = {
  readonly bucket: number;
  seconds: number;
  /** The tick of the strongest evidence in the bucket: a crossing of the line must not be averaged away. */
  peak: SeriesTick;
  last: SeriesTick;
};

/**
 * Folds ticks into points of `stepTicks` each, oldest first. Latencies of points shorter than `LATENCY_WINDOW_TICKS` are of a
 * sliding window, so ticks before `firstTick` may be given: they warm it up and make no point.
 */
export class SeriesPoints {
  readonly #stepTicks: number;
  readonly #firstTick: number;
  readonly #columns: SeriesColumns;
  readonly #arms: readonly OpenArm[];
  #open: OpenPoint | undefined;

  constructor(signals: readonly Signal[], stepTicks: number, firstTick: number) {
    this.#stepTicks = stepTicks;
    this.#firstTick = firstTick;
    const sources = SOURCES.filter((source) => signals.some((signal) => signal.source === source));
    this.#arms = sources.flatMap((source) =>
      ARMS.map((arm) => ({
        columns: { source, arm, requests: [], failures: [], p50: [], p95: [], p99: [] },
        latencies: new WindowHistogram(Math.max(LATENCY_WINDOW_TICKS, stepTicks)),
        requests: 0,
        failures: 0,
      })),
    );
    this.#columns = {
      points: {
        fromTick: [],
        tick: [],
        at: [],
        seconds: [],
        stage: [],
        share: [],
        logEvidence: [],
        exposure: [],
        neededExposure: [],
        smallestRegressionCaught: [],
      },
      signals: signals.map((signal) => ({ ...signal, logEvidence: [], bandLow: [], bandHigh: [] })),
      arms: this.#arms.map((arm) => arm.columns),
    };
  }

  add(judged: SeriesTick): void {
    const { tick } = judged;
    if (tick.tick < this.#firstTick) {
      this.#addLatencies(tick);
      return;
    }
    const bucket = Math.floor((tick.tick - 1) / this.#stepTicks);
    if (this.#open?.bucket !== bucket) this.#close();
    const open = this.#open ?? this.#start(bucket, judged);
    open.seconds += 1;
    open.last = judged;
    if (judged.logEvidence > open.peak.logEvidence) open.peak = judged;
    this.#addLatencies(tick);
    for (const arm of this.#arms) {
      const counts = countsOf(tick, arm.columns);
      arm.requests += counts?.requests ?? 0;
      arm.failures += counts?.failures ?? 0;
    }
  }

  /** Ends the last point. */
  finish(): SeriesColumns {
    this.#close();
    return this.#columns;
  }

  #start(bucket: number, judged: SeriesTick): OpenPoint {
    const open: OpenPoint = { bucket, seconds: 0, peak: judged, last: judged };
    this.#open = open;
    // A point that is longer than the window has its own latencies only.
    if (this.#stepTicks >= LATENCY_WINDOW_TICKS) for (const arm of this.#arms) arm.latencies.clear();
    return open;
  }

  #addLatencies(tick: GuardTick): void {
    for (const { columns, latencies } of this.#arms) latencies.add(countsOf(tick, columns)?.latency);
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { points, signals } = this.#columns;
    const { tick, reading } = open.last;
    points.fromTick.push(open.bucket * this.#stepTicks + 1);
    points.tick.push(tick.tick);
    points.at.push(new Date(tick.atMs).toISOString());
    points.seconds.push(open.seconds);
    points.stage.push(tick.stage + 1);
    points.share.push(tick.share);
    points.logEvidence.push(open.peak.logEvidence);
    points.exposure.push(reading?.exposure ?? null);
    points.neededExposure.push(reading?.neededExposure ?? null);
    points.smallestRegressionCaught.push(reading?.smallestRegressionCaught ?? null);
    signals.forEach((signal, index) => {
      const band = reading?.signals[index]?.band;
      signal.logEvidence.push(open.peak.reading?.signals[index]?.logEvidence ?? null);
      signal.bandLow.push(band?.low ?? null);
      signal.bandHigh.push(band?.high ?? null);
    });
    for (const arm of this.#arms) closeArm(arm);
  }
}

function closeArm(arm: OpenArm): void {
  const { columns } = arm;
  const { p50, p95, p99 } = arm.latencies.percentiles();
  columns.requests.push(arm.requests);
  columns.failures.push(arm.failures);
  columns.p50.push(p50);
  columns.p95.push(p95);
  columns.p99.push(p99);
  arm.requests = 0;
  arm.failures = 0;
}

function countsOf(tick: GuardTick, { source, arm }: ArmColumns): ArmCounts | undefined {
  return tick.counts[source]?.[arm];
}
