import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import { quantile } from "@steadfast/core/guard/histogram";
import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";
import type { z } from "zod";
import { type ArmKey, armName } from "./counted-arms.ts";
import type { TimedCounts } from "./history-ring.ts";
import type { telemetrySummary } from "./schemas.ts";
import type { HeardService } from "./service-tally.ts";

export type TelemetrySummary = z.infer<typeof telemetrySummary>;

/** One arm as one node counts it. */
export type ArmOnNode = ArmKey & { readonly counts: TimedCounts; readonly lastMs: number };

/** Merges the nodes' counts of each arm and tells them as rates; sorted by flag, variant and source. */
export function summarise(parts: readonly ArmOnNode[], nowMs: number): TelemetrySummary["items"] {
  const merged = new Map<string, ArmOnNode>();
  for (const part of parts) {
    const name = armName(part);
    const known = merged.get(name);
    merged.set(name, known ? mergeArms(known, part) : part);
  }
  return [...merged.values()]
    .sort((a, b) => compare(a.flag, b.flag) || compare(a.variant, b.variant) || compare(a.source, b.source))
    .map((arm) => toItem(arm, nowMs));
}

function mergeArms(a: ArmOnNode, b: ArmOnNode): ArmOnNode {
  return {
    ...a,
    counts: { ...mergeArmCounts(a.counts, b.counts), seconds: Math.max(a.counts.seconds, b.counts.seconds) },
    lastMs: Math.max(a.lastMs, b.lastMs),
  };
}

function toItem(
  { flag, variant, source, counts, lastMs }: ArmOnNode,
  nowMs: number,
): TelemetrySummary["items"][number] {
  return {
    flag,
    variant,
    source: source satisfies TelemetrySource,
    requestsPerSecond: counts.requests / counts.seconds,
    failureRate: counts.requests === 0 ? null : counts.failures / counts.requests,
    latencyMs: latencyOf(counts),
    lastSecondsAgo: secondsSince(lastMs, nowMs),
  };
}

export function toService(heard: HeardService, nowMs: number): TelemetrySummary["services"][number] {
  const { service, lastMs, lastFlagMs } = heard;
  return {
    service,
    lastSecondsAgo: secondsSince(lastMs, nowMs),
    lastFlagSecondsAgo: lastFlagMs === undefined ? null : secondsSince(lastFlagMs, nowMs),
  };
}

function secondsSince(ms: number, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - ms) / 1_000));
}

function latencyOf({ latency }: ArmCounts): TelemetrySummary["items"][number]["latencyMs"] {
  if (!latency) return null;
  const [p50, p95, p99] = [quantile(latency, 0.5), quantile(latency, 0.95), quantile(latency, 0.99)];
  return p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
