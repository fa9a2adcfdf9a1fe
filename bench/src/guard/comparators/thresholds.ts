import { LatencyHistogram, quantile } from "@steadfast/core/guard/histogram";
import { LATENCY_SIGMA } from "../traffic.ts";
import type { Comparator, ComparatorKind, Judged } from "./comparator.ts";

/** Both tools' documentation measures once a minute, over that minute. */
const WINDOW_SECONDS = 60;
const FAILURE_RATE_MAX = 0.01;
/** Somebody set the limit with some room: a fifth above the p99 that the service has. */
const BASELINE_MEDIAN_MS = 50;
const P99_MAX_MS = 1.2 * BASELINE_MEDIAN_MS * Math.exp(2.3263 * LATENCY_SIGMA);

/** Argo Rollouts' documented default: one failed measurement fails the analysis (`failureLimit: 0`). */
export const ARGO_LIKE: ComparatorKind = {
  name: "Argo-like",
  judges: ["failures"],
  start: (judged) => thresholdRule(judged, 1),
};

/** Flagger's documented example: `threshold: 5` failed checks, which need not follow each other. */
export const FLAGGER_LIKE: ComparatorKind = {
  name: "Flagger-like",
  judges: ["failures", "latency"],
  start: (judged) => thresholdRule(judged, 5),
};

/** A fixed limit on the candidate alone, looked at each minute; the baseline is not asked. */
export function thresholdRule(judged: Judged, failedChecksMax: number): Comparator {
  let requests = 0;
  let failures = 0;
  const latencies = new LatencyHistogram();
  let failedChecks = 0;
  return {
    see: (tick, { candidate }) => {
      requests += candidate.requests;
      failures += candidate.failures;
      if (judged === "latency" && candidate.latency) latencies.addCounts(candidate.latency);
      if (tick % WINDOW_SECONDS !== 0) return false;
      const isFailed =
        judged === "failures"
          ? requests > 0 && failures / requests > FAILURE_RATE_MAX
          : (quantile(latencies.toCounts(), 0.99) ?? 0) > P99_MAX_MS;
      if (isFailed) failedChecks += 1;
      requests = 0;
      failures = 0;
      latencies.clear();
      return failedChecks >= failedChecksMax;
    },
  };
}
