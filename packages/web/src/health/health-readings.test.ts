import { describe, expect, it } from "vitest";
import type { TelemetrySummary } from "../api/types.ts";
import { BEHIND_TOLERATED_MS, readGuard, readInstances, readTelemetry } from "./health-readings.ts";

const NOTHING: TelemetrySummary = { items: [], services: [], dropped: [] };
const service = (lastSecondsAgo: number) => ({ service: "shop", lastSecondsAgo, lastFlagSecondsAgo: lastSecondsAgo });
const item = (requestsPerSecond: number, lastSecondsAgo: number): TelemetrySummary["items"][number] => ({
  flag: "new-checkout",
  variant: "on",
  source: "spans",
  requestsPerSecond,
  failureRate: 0,
  latencyMs: null,
  lastSecondsAgo,
});
const dropped = [{ reason: "flag-unknown", count: 1_204, example: "flag x" }];

describe("telemetry", () => {
  it("that never came is worth a warning only while a rollout needs it", () => {
    expect(readTelemetry(NOTHING, false)).toMatchObject({ tone: "idle", headline: "Nothing arrives" });
    expect(readTelemetry(NOTHING, true).tone).toBe("warn");
  });

  it("that stopped says since when", () => {
    const stopped = { ...NOTHING, services: [service(150)], items: [item(80, 150)] };

    expect(readTelemetry(stopped, true)).toMatchObject({ tone: "warn", headline: "Silent for 2 min 30 s" });
  });

  it("that arrives is counted without those who fell silent", () => {
    const summary = {
      ...NOTHING,
      services: [service(1), service(500)],
      items: [item(80, 1), item(40.4, 2), item(9, 500)],
    };

    expect(readTelemetry(summary, true)).toEqual({ tone: "good", headline: "120 evaluations/s", detail: "1 service" });
  });

  it("that is partly not counted says how much", () => {
    const summary = { services: [service(1)], items: [item(80, 1)], dropped };

    expect(readTelemetry(summary, true)).toMatchObject({ tone: "warn", detail: "1 service, 1,204 not counted" });
    expect(readTelemetry({ ...summary, items: [item(800, 1)] }, true).tone).toBe("good");
    expect(readTelemetry({ ...NOTHING, dropped }, false)).toMatchObject({ tone: "warn", headline: "Nothing counted" });
    expect(readTelemetry({ ...NOTHING, services: [service(1)] }, true).headline).toBe("No flag named");
  });
});

describe("instances", () => {
  const list = (total: number, upToDate: number, slowestLagMs: number | null = 38) => ({
    items: [],
    currentVersion: 9,
    summary: { total, upToDate, slowestLagMs },
  });

  it("may be behind for the moment that a change takes to arrive", () => {
    expect(readInstances(list(4, 3), 2_000)).toMatchObject({ tone: "good", headline: "3 of 4 up to date" });
    expect(readInstances(list(4, 3), BEHIND_TOLERATED_MS + 1)).toMatchObject({ tone: "warn", detail: "1 behind" });
  });

  it("that are all up to date tell the slowest", () => {
    expect(readInstances(list(1, 1), 0)).toEqual({
      tone: "good",
      headline: "1 up to date",
      detail: "applied within 38 ms",
    });
    expect(readInstances(list(0, 0, null), 0).tone).toBe("idle");
  });
});

describe("the guard", () => {
  const about = (isOnTime: boolean, sinceMs: number | null) => ({
    version: "1",
    runtime: "Node",
    licence: "Apache-2.0",
    node: { name: "n", startedAt: "", uptimeSeconds: 1, residentBytes: 1, heapUsedBytes: 1 },
    store: { kind: "sqlite" as const, bytes: 1 },
    journalHead: 1,
    openStreams: 1,
    judge: { isOnTime, sinceMs, tookMs: 7.24, lateTicks: 0, leasesHeld: 2 },
    telemetry: { evaluationsCounted: 0, observationsCounted: 0, dropped: 0 },
  });

  it("that is late is bad, and says since when", () => {
    expect(readGuard(about(true, 400))).toEqual({
      tone: "good",
      headline: "On time",
      detail: "judges 2, takes 7.2 ms",
    });
    expect(readGuard(about(false, 12_000))).toMatchObject({ tone: "bad", detail: "last 12 s ago" });
    expect(readGuard(about(false, null))).toMatchObject({ tone: "bad", detail: "has not begun" });
  });
});
