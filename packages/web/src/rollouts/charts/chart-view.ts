export const PERCENTILES = ["p50", "p95", "p99"] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** What of a rollout is looked at: it stands in the address, so that a link shows the same. */
export type ChartView = {
  /** A span of time, whole seconds since the epoch. */
  from?: number | undefined;
  to?: number | undefined;
  /** Instead: the last so many judged seconds. */
  last?: number | undefined;
  /** Which latencies; default: p95. */
  percentile?: Percentile | "all" | undefined;
};

export type ChartRange = Pick<ChartView, "from" | "to" | "last">;

/** The spans that a live page offers, seconds. */
export const LAST_SECONDS = [300, 900, 3_600] as const;

/** What makes no sense is left out. */
export function readChartView(search: Record<string, unknown>): ChartView {
  const { from, to, last, percentile } = search;
  const known = [...PERCENTILES, "all" as const].find((each) => each === percentile);
  return {
    ...(isSecond(from) && isSecond(to) && from < to ? { from, to } : {}),
    ...(isSecond(last) && last >= 10 && last <= 86_400 ? { last } : {}),
    ...(known ? { percentile: known } : {}),
  };
}

function isSecond(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value < 1e11;
}
