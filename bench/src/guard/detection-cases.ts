import { sayPercent } from "../report/say-number.ts";
import type { Judged } from "./comparators/comparator.ts";
import { failureBoundSeconds, latencyBoundSeconds } from "./information-bound.ts";
import { errors, latency, NO_TOLERANCE } from "./plans.ts";
import type { Simulation } from "./simulate.ts";

/** A regression, and the least time in which anybody could know of it. */
export type DetectionCase = {
  readonly judged: Judged;
  readonly name: string;
  readonly simulation: Simulation;
  /** Seconds. */
  readonly bound: number;
  /** The tick from which a delay is counted. */
  readonly from: number;
  /** The bound is below a tick or a few requests, so that no ratio to it means anything. */
  readonly isCoarse: boolean;
};

/** Latency is not judged in the first five seconds of a share: cold caches. */
export const LATENCY_SKIP_SECONDS = 5;
const NEVER = 1e-9;
const SAY_NEVER_BELOW = 1e-6;
const COARSE_BELOW = 3;

export const DETECTION_CASES: readonly DetectionCase[] = [
  failures(NEVER, 1, 0.01, 10, 1_200),
  failures(NEVER, 1, 0.01, 100, 600),
  failures(NEVER, 1, 0.01, 1_000, 600),
  failures(0.001, 0.01, 0.01, 1_000, 2_400),
  failures(0.001, 0.01, 0.1, 100, 2_400),
  failures(0.005, 0.01, 0.1, 100, 4_000),
  failures(0.01, 0.05, 0.1, 1_000, 1_200),
  failures(0.001, 0.01, 0.1, 100, 1_500, 300),
  latencies(1.2, 0.1, 100, 1_800),
  latencies(1.5, 0.01, 100, 1_200),
  latencies(2, 0.1, 100, 600),
];

export function sayCase({ name }: DetectionCase): string {
  return name;
}

function failures(
  from: number,
  to: number,
  share: number,
  requestsPerSecond: number,
  seconds: number,
  brokenAfterTick = 0,
): DetectionCase {
  const bound = failureBoundSeconds(share, requestsPerSecond, from, to);
  const say = (rate: number) => sayPercent(rate < SAY_NEVER_BELOW ? 0 : rate);
  return {
    judged: "failures",
    name: `${say(from)} to ${say(to)}${brokenAfterTick > 0 ? ` from second ${brokenAfterTick} on` : ""}`,
    simulation: {
      signals: [errors(1, NO_TOLERANCE)],
      shares: [share],
      stageTicks: seconds,
      requestsPerSecond,
      baseline: { failureRate: from, medianMs: null },
      candidate: { failureRate: to, medianMs: null },
      brokenAfterTick,
    },
    bound,
    from: brokenAfterTick,
    isCoarse: bound < COARSE_BELOW || bound * requestsPerSecond * share < COARSE_BELOW,
  };
}

function latencies(ratio: number, share: number, requestsPerSecond: number, seconds: number): DetectionCase {
  return {
    judged: "latency",
    name: `latency × ${ratio}`,
    simulation: {
      signals: [latency(1, 1)],
      shares: [share],
      stageTicks: seconds,
      requestsPerSecond,
      baseline: { failureRate: 0, medianMs: 50 },
      candidate: { failureRate: 0, medianMs: 50 * ratio },
      brokenAfterTick: 0,
    },
    bound: latencyBoundSeconds(share, requestsPerSecond, ratio),
    from: LATENCY_SKIP_SECONDS,
    isCoarse: false,
  };
}
