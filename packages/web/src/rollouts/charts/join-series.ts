import type { RolloutSeries } from "../../api/types.ts";

/**
 * What is known, and what came after: points of the same name are replaced, the open one above all.
 *
 * @param lastTicks only so many judged seconds are kept; default: all
 */
export function joinSeries(known: RolloutSeries, more: RolloutSeries, lastTicks: number | undefined): RolloutSeries {
  if (more.isWhole) return more;
  const names = known.points.fromTick;
  const firstNew = more.points.fromTick[0] ?? Number.POSITIVE_INFINITY;
  const end = before(names, firstNew);
  const newestTick = more.points.tick.at(-1) ?? known.points.tick.at(-1) ?? 0;
  const start = lastTicks === undefined ? 0 : before(known.points.tick, newestTick - lastTicks + 1);
  const join = <T>(old: readonly T[], added: readonly T[]): T[] => [...old.slice(Math.min(start, end), end), ...added];
  const [a, b] = [known.points, more.points];
  return {
    ...more,
    points: {
      fromTick: join(a.fromTick, b.fromTick),
      tick: join(a.tick, b.tick),
      at: join(a.at, b.at),
      seconds: join(a.seconds, b.seconds),
      stage: join(a.stage, b.stage),
      share: join(a.share, b.share),
      logEvidence: join(a.logEvidence, b.logEvidence),
      exposure: join(a.exposure, b.exposure),
      neededExposure: join(a.neededExposure, b.neededExposure),
      smallestRegressionCaught: join(a.smallestRegressionCaught, b.smallestRegressionCaught),
    },
    signals: more.signals.map((signal, index) => {
      const old = known.signals[index] ?? signal;
      return {
        ...signal,
        logEvidence: join(old.logEvidence, signal.logEvidence),
        bandLow: join(old.bandLow, signal.bandLow),
        bandHigh: join(old.bandHigh, signal.bandHigh),
      };
    }),
    arms: more.arms.map((arm, index) => {
      const old = known.arms[index] ?? arm;
      return {
        ...arm,
        requests: join(old.requests, arm.requests),
        failures: join(old.failures, arm.failures),
        p50: join(old.p50, arm.p50),
        p95: join(old.p95, arm.p95),
        p99: join(old.p99, arm.p99),
      };
    }),
  };
}

/** How many of these ascending numbers are below a limit. */
function before(ascending: readonly number[], limit: number): number {
  let count = ascending.length;
  while (count > 0 && (ascending[count - 1] ?? 0) >= limit) count -= 1;
  return count;
}
