import { summariseDelays } from "./delays.ts";
import { failureBoundSeconds, latencyBoundSeconds } from "./information-bound.ts";
import { errors, latency, NO_TOLERANCE } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runRollout, type Simulation } from "./simulate.ts";
import { runThreshold } from "./threshold-comparator.ts";

type Case = { readonly share: number; readonly requestsPerSecond: number; readonly seconds: number };
type FailureCase = Case & { readonly from: number; readonly to: number; readonly brokenAfterTick?: number };
type LatencyCase = Case & { readonly ratio: number };

const NEVER = 1e-9;
const FAILURE_CASES: readonly FailureCase[] = [
  { from: NEVER, to: 1, share: 0.01, requestsPerSecond: 10, seconds: 1_200 },
  { from: NEVER, to: 1, share: 0.01, requestsPerSecond: 100, seconds: 600 },
  { from: NEVER, to: 1, share: 0.01, requestsPerSecond: 1_000, seconds: 600 },
  { from: 0.001, to: 0.01, share: 0.01, requestsPerSecond: 1_000, seconds: 1_200 },
  { from: 0.001, to: 0.01, share: 0.1, requestsPerSecond: 100, seconds: 1_200 },
  { from: 0.005, to: 0.01, share: 0.1, requestsPerSecond: 100, seconds: 4_000 },
  { from: 0.01, to: 0.05, share: 0.1, requestsPerSecond: 1_000, seconds: 600 },
  { from: 0.001, to: 0.01, share: 0.1, requestsPerSecond: 100, seconds: 1_500, brokenAfterTick: 300 },
];
const LATENCY_CASES: readonly LatencyCase[] = [
  { ratio: 1.2, share: 0.1, requestsPerSecond: 100, seconds: 600 },
  { ratio: 1.5, share: 0.01, requestsPerSecond: 100, seconds: 600 },
  { ratio: 2, share: 0.1, requestsPerSecond: 100, seconds: 60 },
];
/** Latency is not judged in the first five seconds of a share: cold caches. */
const LATENCY_SKIP_SECONDS = 5;
const HEADER =
  "  regression              share   rps     bound   median     mean      p95   mean/bound  p95/bound   threshold median/p95";

/** Prints how long regressions last before they are taken back, without any tolerance. */
export function measureDetection(rolloutsPerCase: number): void {
  console.log(`\nDetection delay in seconds, ${rolloutsPerCase} rollouts each, nothing tolerated`);
  console.log(HEADER);
  for (const entry of FAILURE_CASES) failureRow(entry, rolloutsPerCase);
  console.log("  (the bound is below one tick or a few whole requests in the rows marked *: they cannot come near it)");
  console.log(`  latency, counted from the end of the ${LATENCY_SKIP_SECONDS} s in which caches are cold:`);
  for (const entry of LATENCY_CASES) latencyRow(entry, rolloutsPerCase);
}

function failureRow(entry: FailureCase, rollouts: number): void {
  const { share, requestsPerSecond, from, to, seconds, brokenAfterTick = 0 } = entry;
  const simulation: Simulation = {
    signals: [errors(1, NO_TOLERANCE)],
    shares: [share],
    stageTicks: seconds,
    requestsPerSecond,
    baseline: { failureRate: from, medianMs: null },
    candidate: { failureRate: to, medianMs: null },
    brokenAfterTick,
  };
  const bound = failureBoundSeconds(share, requestsPerSecond, from, to);
  const onset = brokenAfterTick > 0 ? ` from ${brokenAfterTick} s` : "";
  const isCoarse = bound < 3 || bound * requestsPerSecond * share < 3;
  const name = `${isCoarse ? "*" : " "}${sayPercent(from)} to ${sayPercent(to)}${onset}`;
  const isHealthyFired = from >= 0.005 ? "fires on healthy" : null;
  printRow(name, simulation, bound, rollouts, brokenAfterTick, isHealthyFired);
}

function latencyRow(entry: LatencyCase, rollouts: number): void {
  const { share, requestsPerSecond, ratio, seconds } = entry;
  const simulation: Simulation = {
    signals: [latency(1, 1)],
    shares: [share],
    stageTicks: seconds,
    requestsPerSecond,
    baseline: { failureRate: 0, medianMs: 50 },
    candidate: { failureRate: 0, medianMs: 50 * ratio },
    brokenAfterTick: 0,
  };
  const bound = latencyBoundSeconds(share, requestsPerSecond, ratio);
  printRow(` latency × ${ratio}`, simulation, bound, rollouts, LATENCY_SKIP_SECONDS, "-");
}

function printRow(
  name: string,
  simulation: Simulation,
  bound: number,
  rollouts: number,
  from: number,
  thresholdNote: string | null,
): void {
  const delays: (number | null)[] = [];
  const thresholdDelays: (number | null)[] = [];
  for (let seed = 1; seed <= rollouts; seed += 1) {
    const tick = runRollout(simulation, seededRandom(seed));
    delays.push(tick === null ? null : Math.max(1, tick - from));
    if (thresholdNote === null && from === 0) thresholdDelays.push(runThreshold(simulation, seededRandom(seed)));
  }
  const { median, mean, p95, missed } = summariseDelays(delays, simulation.stageTicks - from);
  const threshold = summariseDelays(thresholdDelays, simulation.stageTicks);
  const thresholdText = thresholdNote ?? (from === 0 ? `${threshold.median}/${threshold.p95}` : "-");
  const share = `${100 * (simulation.shares[0] ?? 0)} %`;
  console.log(
    `  ${name.padEnd(22)} ${share.padStart(6)} ${String(simulation.requestsPerSecond).padStart(5)} ` +
      `${bound.toPrecision(3).padStart(9)} ${String(median).padStart(8)} ${mean.toFixed(1).padStart(8)} ` +
      `${String(p95).padStart(8)} ${(mean / bound).toFixed(2).padStart(12)} ${(p95 / bound).toFixed(2).padStart(10)}   ` +
      `${thresholdText}${missed > 0 ? `   (${missed} undetected)` : ""}`,
  );
}

function sayPercent(rate: number): string {
  return `${rate < 1e-6 ? 0 : Number((100 * rate).toPrecision(3))} %`;
}
