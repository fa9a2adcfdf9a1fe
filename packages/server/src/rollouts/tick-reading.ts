import type { Decision } from "@steadfast/core/guard/decision";
import { readStoredJson } from "../db/stored-json.ts";

/**
 * What the charts draw of a decision, beside the counts of its tick. Stored with each tick, because judging the ticks again
 * costs some fifteen times as much as reading them: docs/adr/0010-what-charts-read.md.
 */
export type TickReading = {
  /** In the order of the plan's signals. */
  readonly signals: readonly {
    /** ln of the signal's evidence. */
    readonly logEvidence: number;
    readonly band: { readonly low: number; readonly high: number } | null;
  }[];
  /** Requests of both arms in the stage, of the signal that is furthest from its gate. */
  readonly exposure: number;
  readonly neededExposure: number | null;
  /** Absolute rise of the failure rate, 0..1. */
  readonly smallestRegressionCaught: number | null;
};

/** As it is stored, some 110 bytes for two signals: [ln evidence, low, high] of each, the gate, what would be caught. */
type Stored = {
  readonly s: readonly (readonly [number, number | null, number | null])[];
  readonly g: readonly [number, number | null];
  readonly c: number | null;
};

/** The reading of a decision as JSON, rounded to what a chart can show. */
export function storeReading({ signals, gate }: Decision): string {
  const caught = signals.find((signal) => signal.smallestRegressionCaught !== null)?.smallestRegressionCaught;
  const stored: Stored = {
    s: signals.map(({ logEvidence, band }) => [
      Math.round(logEvidence * 1e6) / 1e6,
      band && digits(band.low, 4),
      band && digits(band.high, 4),
    ]),
    g: [gate.exposure, gate.neededExposure],
    c: caught === undefined || caught === null ? null : digits(caught, 3),
  };
  return JSON.stringify(stored);
}

/** @param text `null` for a tick from before readings were stored: it has none */
export function readReading(text: string | null): TickReading | null {
  if (text === null) return null;
  const { s, g, c } = readStoredJson<Stored>(text);
  return {
    signals: s.map(([logEvidence, low, high]) => ({
      logEvidence,
      band: low === null || high === null ? null : { low, high },
    })),
    exposure: g[0],
    neededExposure: g[1],
    smallestRegressionCaught: c,
  };
}

function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}
