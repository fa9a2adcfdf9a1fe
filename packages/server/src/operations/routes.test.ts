import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { authenticate } from "../http/authenticate.ts";
import { createApp } from "../http/create-app.ts";
import { countNeeds } from "../rollouts/count-needs.ts";
import { observeRequests } from "./observe-requests.ts";
import { createReadiness, READINESS_TIMEOUT_MS } from "./readiness.ts";
import { operationRoutes } from "./routes.ts";
import { createServerMetrics, readFrom } from "./server-metrics.ts";
import type { TickReport } from "./tick-watch.ts";

type World = {
  readonly askStore?: () => Promise<unknown>;
  readonly isShuttingDown?: boolean;
  readonly tick?: TickReport;
  readonly nowMs?: () => number;
  readonly storeBytes?: () => Promise<number | null>;
};

async function startApp(world: World = {}) {
  const { askStore = async () => {}, isShuttingDown = false } = world;
  const tick = world.tick ?? { sinceMs: 400, tookMs: 12, late: 1 };
  const metrics = createServerMetrics({ version: "1.2.3", store: "sqlite" });
  const app = createApp({ logger: pino({ level: "silent" }) });
  observeRequests(app, metrics.requestSeconds);
  authenticate(app, {
    findPrincipal: async () => ({ tokenId: "tok_1", tokenName: "t", role: "viewer", environment: null, via: "token" }),
  });
  await operationRoutes(app, {
    readiness: createReadiness({ askStore, isShuttingDown: () => isShuttingDown }),
    renderMetrics: () => metrics.registry.render(),
    about: {
      version: "1.2.3",
      nodeName: "node-1",
      store: "sqlite",
      nowMs: world.nowMs ?? (() => 1_000_000),
      journalHead: async () => 7,
      storeBytes: world.storeBytes ?? (async () => 4_096),
      loops: () => ({ tick: () => tick, held: () => 2 }),
      telemetry: () => ({
        evaluationsCounted: 40,
        observationsCounted: 5,
        droppedByReason: new Map([
          ["flag-unknown", 7],
          ["second-too-old", 1],
        ]),
      }),
    },
  });
  return { app, metrics };
}

describe("health and readiness", () => {
  it("answer without a token", async () => {
    const { app } = await startApp();

    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
    expect((await app.inject("/readyz")).json()).toEqual({ status: "ready" });
  });

  it("name a store that fails, without its secrets, while the process is alive", async () => {
    const { app } = await startApp({
      askStore: () => Promise.reject(new Error("password authentication failed for user x")),
    });

    const ready = await app.inject("/readyz");

    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ status: "not-ready", notReady: [{ name: "store" }] });
    expect(ready.body).not.toContain("password");
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  it("name a server that is shutting down", async () => {
    const { app } = await startApp({ isShuttingDown: true });

    const ready = await app.inject("/readyz");

    expect(ready.statusCode).toBe(503);
    expect(ready.json().notReady).toEqual([{ name: "server", detail: "is shutting down" }]);
  });

  it("give a hanging store up after a second, and do not ask it again meanwhile", async () => {
    vi.useFakeTimers();
    try {
      const askStore = vi.fn(() => new Promise(() => {}));
      const readiness = createReadiness({ askStore, isShuttingDown: () => false });

      const first = readiness();
      const second = readiness();
      await vi.advanceTimersByTimeAsync(READINESS_TIMEOUT_MS);
      expect(await first).toMatchObject([{ name: "store" }]);
      expect(await second).toMatchObject([{ name: "store" }]);
      const third = readiness();
      await vi.advanceTimersByTimeAsync(READINESS_TIMEOUT_MS);

      expect(await third).toHaveLength(1);
      expect(askStore).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("metrics", () => {
  it("need a token", async () => {
    const { app } = await startApp();

    expect((await app.inject("/metrics")).statusCode).toBe(401);
  });

  it("tell requests by route and status, and what the rest of the server keeps", async () => {
    const { app, metrics } = await startApp();
    readFrom(metrics.registry, {
      rolloutsNeedingPerson: () => countNeeds(["telemetry-missing"]),
      openStreams: () => 3,
      leasesHeld: () => 2,
      telemetry: () => ({
        evaluationsCounted: 40,
        observationsCounted: 5,
        armsCounted: 4,
        droppedByReason: new Map([["flag-unknown", 7]]),
      }),
    });
    await app.inject("/healthz");
    await app.inject("/no/such/path/42");

    const { headers, body } = await app.inject({ url: "/metrics", headers: { authorization: "Bearer x" } });

    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain('duration_seconds_count{method="GET",route="/healthz",status="200"} 1');
    expect(body).toContain('duration_seconds_count{method="GET",route="(none)",status="404"} 1');
    expect(body).toContain("steadfast_streams_open 3");
    expect(body).toContain('steadfast_rollouts_needing_person{because="telemetry-missing"} 1');
    expect(body).toContain('steadfast_rollouts_needing_person{because="held"} 0');
    expect(body).toContain('steadfast_telemetry_dropped_total{reason="flag-unknown"} 7');
    expect(body).toMatch(/steadfast_build_info\{version="1\.2\.3",node="[^"]+",store="sqlite"\} 1/);
    expect(body).toMatch(/process_resident_memory_bytes \d{6,}/);
  });
});

describe("about", () => {
  const asViewer = { url: "/api/v1/about", headers: { authorization: "Bearer x" } };

  it("needs a token, and tells what runs and how it is", async () => {
    const { app } = await startApp();

    const stranger = await app.inject("/api/v1/about");
    const answer = await app.inject(asViewer);

    expect(stranger.statusCode).toBe(401);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json()).toMatchObject({
      version: "1.2.3",
      node: { name: "node-1" },
      store: { kind: "sqlite", bytes: 4_096 },
      journalHead: 7,
      openStreams: 0,
      judge: { isOnTime: true, sinceMs: 400, tookMs: 12, lateTicks: 1, leasesHeld: 2 },
      telemetry: { evaluationsCounted: 40, observationsCounted: 5, dropped: 8 },
    });
  });

  it("says when the guard stands still, or has not begun", async () => {
    const { app: stuck } = await startApp({ tick: { sinceMs: 3_001, tookMs: 12, late: 1 } });
    const { app: begins } = await startApp({ tick: { sinceMs: null, tookMs: null, late: 0 } });

    expect((await stuck.inject(asViewer)).json().judge).toMatchObject({ isOnTime: false, sinceMs: 3_001 });
    expect((await begins.inject(asViewer)).json().judge).toMatchObject({ isOnTime: false, sinceMs: null });
  });

  it("asks the store for its size once a minute, and again at once after a failure", async () => {
    let nowMs = 1_000_000;
    const storeBytes = vi.fn(async (): Promise<number | null> => 1);
    const { app } = await startApp({ nowMs: () => nowMs, storeBytes });

    await app.inject(asViewer);
    nowMs += 59_000;
    await app.inject(asViewer);
    expect(storeBytes).toHaveBeenCalledTimes(1);
    nowMs += 1_000;
    storeBytes.mockRejectedValueOnce(new Error("the store is away"));
    const failed = await app.inject(asViewer);
    const after = await app.inject(asViewer);

    expect(failed.statusCode).toBe(500);
    expect(after.statusCode).toBe(200);
    expect(storeBytes).toHaveBeenCalledTimes(3);
  });
});
