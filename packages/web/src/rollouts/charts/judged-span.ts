import type { Rollout, RolloutSeries } from "../../api/types.ts";
import { SPAN_MIN_SECONDS, type TimeSpan } from "../../ui/time-span.ts";

/**
 * From a rollout's start to what was judged of it last, in whole seconds, whatever part of it is shown now.
 *
 * @returns `undefined` before it started
 */
export function judgedSpan(
  {
    startedAt,
    endedAt,
    decision,
  }: Pick<Rollout, "startedAt" | "endedAt"> & { readonly decision: { readonly at: string } | null },
  series: Pick<RolloutSeries, "points"> | undefined,
): TimeSpan | undefined {
  if (startedAt === null) return undefined;
  const from = Math.floor(Date.parse(startedAt) / 1_000);
  const ends = [endedAt, decision?.at, series?.points.at.at(-1)].flatMap((at) => (at ? [Date.parse(at) / 1_000] : []));
  return { from, to: Math.max(from + SPAN_MIN_SECONDS, ...ends.map(Math.ceil)) };
}
