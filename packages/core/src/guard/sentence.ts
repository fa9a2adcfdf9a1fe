import type { ArmReading, LatencyQuantiles } from "./decision.ts";
import type { GuardSignal } from "./plan.ts";

/** 2940 → "2,940". */
export function sayCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A ratio 0..1 as a percentage with two significant digits: "0.12 %". */
export function sayPercent(ratio: number): string {
  const percent = 100 * ratio;
  if (percent === 0) return "0 %";
  if (percent < 0.01) return "less than 0.01 %";
  return `${Number(percent.toPrecision(percent >= 99.5 ? 3 : 2))} %`;
}

/** Seconds in the unit a person would use: "8 s", "4 minutes", "2.5 hours". */
export function saySeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Number((seconds / 3_600).toPrecision(2))} hours`;
  return seconds < 8.64e7 ? `${sayCount(seconds / 86_400)} days` : "years";
}

/** What a signal saw: "3 of 3 candidate requests failed; of the baseline 0 of 2,940." */
export function sayComparison(signal: GuardSignal, candidate: ArmReading, baseline: ArmReading): string {
  if (signal.kind === "event-count") {
    return (
      `${sayCount(candidate.failures)} events in ${sayCount(candidate.requests)} candidate requests; ` +
      `of the baseline ${sayCount(baseline.failures)} in ${sayCount(baseline.requests)}.`
    );
  }
  if (signal.kind === "latency" && candidate.latencyMs && baseline.latencyMs) {
    return sayLatencies(signal.name, candidate.latencyMs, baseline.latencyMs, candidate.requests);
  }
  if (signal.kind === "latency") return `${sayCount(candidate.requests)} candidate requests, no latencies to compare.`;
  const noun = signal.count === "users" ? "users had a failure" : "requests failed";
  return (
    `${sayCount(candidate.failures)} of ${sayCount(candidate.requests)} candidate ${noun}; ` +
    `of the baseline ${sayCount(baseline.failures)} of ${sayCount(baseline.requests)}.`
  );
}

/** "If the new version were no worse, evidence this strong would appear in fewer than 1 in 1,000 rollouts." */
export function sayEvidence(evidence: number): string {
  return `If the new version were no worse, evidence this strong would appear in fewer than 1 in ${sayOdds(evidence)} rollouts.`;
}

/** Rounded down to one significant digit and never more than a billion: what is claimed is always true. */
function sayOdds(evidence: number): string {
  const capped = Math.min(1e9, Math.max(1, evidence));
  // A whole power of ten may arrive as 999.9999999 from the logarithm it was kept in.
  const magnitude = 10 ** Math.floor(Math.log10(capped) + 1e-9);
  return sayCount(Math.max(1, Math.floor(capped / magnitude + 1e-9)) * magnitude);
}

const LATENCY_NAMES = ["p50", "p95", "p99"] as const;

/** The quantile that moved most says it best. */
function sayLatencies(name: string, candidate: LatencyQuantiles, baseline: LatencyQuantiles, requests: number): string {
  let worst: (typeof LATENCY_NAMES)[number] = "p50";
  for (const quantile of LATENCY_NAMES) {
    if (candidate[quantile] * baseline[worst] > candidate[worst] * baseline[quantile]) worst = quantile;
  }
  return (
    `${name}: ${worst} of the candidate is ${sayMilliseconds(candidate[worst])} over ${sayCount(requests)} requests; ` +
    `of the baseline ${sayMilliseconds(baseline[worst])}.`
  );
}

function sayMilliseconds(milliseconds: number): string {
  return milliseconds >= 10_000 ? `${sayCount(milliseconds / 1_000)} s` : `${Number(milliseconds.toPrecision(3))} ms`;
}
