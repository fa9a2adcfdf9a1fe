import type { SourceFact } from "./facts.ts";
import type { Shipment } from "./shipments.ts";

/** When deployments were told of: before and after it, none is no news. */
export type Heard = { readonly fromMs: number; readonly toMs: number };

/** A source that said nothing in the last week of the window is told of, so that nobody reads its silence as calm. */
const SILENCE_MS = 7 * 24 * 3_600_000;
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * From the first to the last word of those sources that tell of deployments; for ever where no source is named. A source that was connected today and told what happened
 * since spring has been heard since spring.
 */
export function heardOf(sources: readonly SourceFact[], shipments: readonly Shipment[]): Heard {
  const telling = sources.filter(({ tells }) => tells.includes("deployments"));
  if (telling.length === 0) return { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  return {
    fromMs: telling.reduce(
      (first, { firstHeardAtMs }) => Math.min(first, firstHeardAtMs),
      shipments[0]?.atMs ?? Number.POSITIVE_INFINITY,
    ),
    toMs: telling.reduce((last, { lastHeardAtMs }) => Math.max(last, lastHeardAtMs), Number.NEGATIVE_INFINITY),
  };
}

export function isSilent({ lastHeardAtMs }: Pick<SourceFact, "lastHeardAtMs">, toMs: number): boolean {
  return lastHeardAtMs < toMs - SILENCE_MS;
}

/** How much of the window is known: neither what was before the first word, nor the silence of all who told. At least a week of it, so that no pace is made of an hour. */
export function knownMsOf(window: { readonly fromMs: number; readonly toMs: number }, heard: Heard): number {
  const windowMs = window.toMs - window.fromMs;
  const endMs = isSilent({ lastHeardAtMs: heard.toMs }, window.toMs) ? heard.toMs : window.toMs;
  const knownMs = endMs - Math.max(window.fromMs, heard.fromMs);
  return Math.max(1, Math.min(windowMs, Math.max(knownMs, WEEK_MS)));
}
