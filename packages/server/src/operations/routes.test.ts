import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { authenticate } from "../http/authenticate.ts";
import { createApp } from "../http/create-app.ts";
import { observeRequests } from "./observe-requests.ts";
import { createReadiness, READINESS_TIMEOUT_MS } from "./readiness.ts";
import { operationRoutes } from "./routes.ts";
import { createServerMetrics, readFrom } from "./server-metrics.ts";

async function startApp(askStore: () => Promise<unknown> = async () => {}, isShuttingDown = false) {
  const metrics = createServerMetrics({ version: "1.2.3", store: "sqlite" });
  const app = createApp({ logger: pino({ level: "silent" }) });
  observeRequests(app, metrics.requestSeconds);
  authenticate(app, {
    findPrincipal: async () => ({ tokenId: "tok_1", tokenName: "t", role: "viewer", environment: null, via: "token" }),
  });
  await operationRoutes(app, {
    readiness: createReadiness({ askStore, isShuttingDown: () => isShuttingDown }),
    renderMetrics: () => metrics.registry.render(),
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
    const { app } = await startApp(() => Promise.reject(new Error("password authentication failed for user x")));

    const ready = await app.inject("/readyz");

    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ status: "not-ready", notReady: [{ name: "store" }] });
    expect(ready.body).not.toContain("password");
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  it("name a server that is shutting down", async () => {
    const { app } = await startApp(undefined, true);

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
    expect(body).toContain('steadfast_telemetry_dropped_total{reason="flag-unknown"} 7');
    expect(body).toMatch(/steadfast_build_info\{version="1\.2\.3",node="[^"]+",store="sqlite"\} 1/);
    expect(body).toMatch(/process_resident_memory_bytes \d{6,}/);
  });
});
