import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import { quantile } from "@steadfast/core/guard/histogram";
import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";
import type { Kysely } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { HISTORY_SECONDS } from "./history-ring.ts";
import { type StoredTraffic, sumTraffic } from "./traffic-ring.ts";

/** What one source sent of some variants of a flag, together. */
export type FlagTraffic = {
  readonly source: TelemetrySource;
  /** Over the last hour, or since it is watched: `seconds`. */
  readonly requestsPerSecond: number;
  readonly latenciesPerSecond: number;
  readonly usersPerSecond: number;
  /** 0..1; `null` without requests. */
  readonly failureRate: number | null;
  /** Over the last five minutes; `null` where none are told. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  readonly seconds: number;
  readonly lastSecondsAgo: number | null;
};

export type TrafficQuestion = {
  readonly environment: string;
  readonly flag: string;
  readonly variants: readonly string[];
};

const SOURCES: readonly TelemetrySource[] = ["spans", "observations"];

/** The traffic of a flag over all nodes, by source; a source that sent nothing in the last hour is left out. */
export async function readFlagTraffic(
  db: Kysely<Tables>,
  { environment, flag, variants }: TrafficQuestion,
  nowMs: number,
): Promise<FlagTraffic[]> {
  if (variants.length === 0) return [];
  const rows = await db
    .selectFrom("telemetry_history")
    .select(["source", "counts", "updated_at_ms"])
    .where("environment", "=", environment)
    .where("flag", "=", flag)
    .where("variant", "in", variants)
    .execute();
  const read = rows.map((row) => ({
    source: row.source,
    updatedAtMs: row.updated_at_ms,
    counts: readStoredJson<ArmCounts & { readonly traffic?: StoredTraffic }>(row.counts),
  }));
  return SOURCES.flatMap((source) => {
    const ofSource = read.filter((row) => row.source === source);
    const traffic = sumTraffic(
      ofSource.flatMap(({ counts }) => (counts.traffic ? [counts.traffic] : [])),
      nowMs,
    );
    if (traffic.lastMs === null) return [];
    const recent = ofSource
      .filter(({ updatedAtMs }) => updatedAtMs > nowMs - HISTORY_SECONDS * 1_000)
      .map(({ counts }) => counts)
      .reduce<ArmCounts | null>((sum, counts) => (sum ? mergeArmCounts(sum, counts) : counts), null);
    const { requests, failures, seconds } = traffic;
    return [
      {
        source,
        requestsPerSecond: requests / seconds,
        latenciesPerSecond: traffic.latencies / seconds,
        usersPerSecond: traffic.users / seconds,
        failureRate: requests > 0 ? Math.min(1, failures / requests) : null,
        latencyMs: latencyOf(recent),
        seconds,
        lastSecondsAgo: Math.max(0, (nowMs - traffic.lastMs) / 1_000),
      },
    ];
  });
}

function latencyOf(counts: ArmCounts | null): FlagTraffic["latencyMs"] {
  if (!counts?.latency) return null;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => (counts.latency ? quantile(counts.latency, q) : null));
  return typeof p50 === "number" && typeof p95 === "number" && typeof p99 === "number" ? { p50, p95, p99 } : null;
}
