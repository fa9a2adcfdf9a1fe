/** Detection delays of repeated rollouts, seconds; a rollout that ended undetected counts with its whole length. */
export type DelaySummary = {
  readonly median: number;
  readonly mean: number;
  readonly p95: number;
  readonly missed: number;
  readonly wholeLength: number;
};

export function summariseDelays(delays: readonly (number | null)[], wholeLength: number): DelaySummary {
  const sorted = delays.map((delay) => delay ?? wholeLength).sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
  return {
    median: at(0.5),
    mean: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length,
    p95: at(0.95),
    missed: delays.filter((delay) => delay === null).length,
    wholeLength,
  };
}
