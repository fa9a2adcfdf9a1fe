import {
  type ArmCounts,
  type ComparedCounts,
  type HistogramCounts,
  UNIT_GROUP_COUNT,
} from "@steadfast/core/guard/counts";
import { BUCKETS_PER_DOUBLING, LatencyHistogram } from "@steadfast/core/guard/histogram";
import type { Random } from "./random.ts";

/** How one arm behaves. */
export type ArmBehaviour = {
  readonly failureRate: number;
  /** Latencies are lognormal: median in milliseconds; `null`: none are reported. */
  readonly medianMs: number | null;
  /** Failures come in bursts of this many by one user, who belongs to one unit group; 1 when absent. */
  readonly burst?: { readonly failures: number; readonly areGroupsKnown: boolean };
};

/** σ of ln latency: p99 is about six times the median, as in many web services. */
export const LATENCY_SIGMA = 0.8;

/** Above this many requests a tick, latencies are drawn bucket by bucket: the same distribution, far less work. */
const MAX_SINGLE_LATENCIES = 500;
const histogram = new LatencyHistogram();

/** Poisson arrivals in `seconds`. */
export function armCounts(random: Random, requestsPerSecond: number, behaviour: ArmBehaviour, seconds = 1): ArmCounts {
  const requests = random.poisson(requestsPerSecond * seconds);
  if (behaviour.burst !== undefined) return burstyCounts(random, requests, behaviour.failureRate, behaviour.burst);
  const failures = random.binomial(requests, behaviour.failureRate);
  if (behaviour.medianMs === null) return { requests, failures };
  return { requests, failures, latency: latencies(random, requests, behaviour.medianMs) };
}

function burstyCounts(
  random: Random,
  requests: number,
  failureRate: number,
  burst: NonNullable<ArmBehaviour["burst"]>,
): ArmCounts {
  const groupFailures = new Array<number>(UNIT_GROUP_COUNT).fill(0);
  const groupRequests = groupFailures.map(() => 0);
  let failures = 0;
  for (let bursts = random.poisson((requests * failureRate) / burst.failures); bursts > 0; bursts -= 1) {
    const size = Math.min(burst.failures, requests - failures);
    const group = Math.floor(random.uniform() * UNIT_GROUP_COUNT);
    failures += size;
    groupFailures[group] = (groupFailures[group] ?? 0) + size;
    groupRequests[group] = (groupRequests[group] ?? 0) + size;
  }
  if (!burst.areGroupsKnown) return { requests, failures };
  const others = (requests - failures) / UNIT_GROUP_COUNT;
  groupRequests.forEach((count, group) => {
    const from = Math.round(group * others);
    groupRequests[group] = count + Math.round((group + 1) * others) - from;
  });
  return { requests, failures, groups: { requests: groupRequests, failures: groupFailures } };
}

function latencies(random: Random, requests: number, medianMs: number): HistogramCounts {
  histogram.clear();
  if (requests <= MAX_SINGLE_LATENCIES) {
    for (let request = 0; request < requests; request += 1) {
      histogram.add(medianMs * Math.exp(LATENCY_SIGMA * random.normal()));
    }
    return histogram.toCounts();
  }
  const shift = Math.log2(medianMs) * BUCKETS_PER_DOUBLING;
  const offset = Math.round(shift) - HALF_WIDTH;
  return { zeroCount: 0, offset, bucketCounts: SHARES.map((share) => random.poisson(share * requests)) };
}

/** Buckets on either side of the median: five standard deviations. */
const HALF_WIDTH = Math.ceil((5 * LATENCY_SIGMA * BUCKETS_PER_DOUBLING) / Math.LN2);
const SHARES: readonly number[] = Array.from({ length: 2 * HALF_WIDTH + 1 }, (_, position) => {
  const width = Math.LN2 / BUCKETS_PER_DOUBLING / LATENCY_SIGMA;
  const z = (position - HALF_WIDTH) * width;
  return (width * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI);
});

export function comparedCounts(
  random: Random,
  requestsPerSecond: number,
  share: number,
  baseline: ArmBehaviour,
  candidate: ArmBehaviour,
): ComparedCounts {
  return {
    baseline: armCounts(random, requestsPerSecond * (1 - share), baseline),
    candidate: armCounts(random, requestsPerSecond * share, candidate),
  };
}
