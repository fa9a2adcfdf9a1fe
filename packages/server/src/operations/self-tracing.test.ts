import { createServer } from "node:http";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../http/create-app.ts";
import { createSelfTracing } from "./self-tracing.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A collector that keeps what it is sent. */
async function startCollector(): Promise<{ endpoint: string; received: Buffer[] }> {
  const received: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push(Buffer.concat(chunks));
      response.setHeader("content-type", "application/x-protobuf").end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => void server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { endpoint: `http://127.0.0.1:${address.port}/v1/traces`, received };
}

describe("the server's own traces", () => {
  it("are a SERVER span a request, child of the caller's, sent at shutdown; health and traces are left out", async () => {
    const { endpoint, received } = await startCollector();
    const tracing = createSelfTracing({ endpoint, sampleRatio: 1, version: "1.2.3", nodeId: "node-1" });
    const app = createApp({ logger: pino({ level: "silent" }) });
    tracing.attach(app);
    app.get("/things/:id", { config: { access: "public" } }, async () => ({}));
    app.get("/healthz", { config: { access: "public" } }, async () => ({}));
    const traceId = "0af7651916cd43dd8448eb211c80319c";

    await app.inject({ url: "/things/42", headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    await app.inject("/healthz");
    await tracing.shutdown();

    const sent = Buffer.concat(received);
    expect(sent.includes(Buffer.from(traceId, "hex"))).toBe(true);
    expect(sent.includes("GET /things/:id")).toBe(true);
    expect(sent.includes("/things/42")).toBe(false);
    expect(sent.includes("healthz")).toBe(false);
    expect(sent.includes("steadfast")).toBe(true);
  });

  it("honour a caller that decided against tracing, and survive a malformed traceparent", async () => {
    const { endpoint, received } = await startCollector();
    const tracing = createSelfTracing({ endpoint, sampleRatio: 1, version: "1", nodeId: "n" });
    const app = createApp({ logger: pino({ level: "silent" }) });
    tracing.attach(app);
    app.get("/quiet", { config: { access: "public" } }, async () => ({}));
    app.get("/broken", { config: { access: "public" } }, async () => ({}));

    await app.inject({ url: "/quiet", headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` } });
    await app.inject({ url: "/broken", headers: { traceparent: "00-nonsense" } });
    await tracing.shutdown();

    const sent = Buffer.concat(received);
    expect(sent.includes("/quiet")).toBe(false);
    expect(sent.includes("/broken")).toBe(true);
  });

  it("do not keep the server from stopping when the collector is away", async () => {
    const lost: unknown[] = [];
    const tracing = createSelfTracing({
      endpoint: "http://127.0.0.1:9/v1/traces",
      sampleRatio: 1,
      version: "1",
      nodeId: "n",
      onLost: (error) => lost.push(error),
    });
    const app = createApp({ logger: pino({ level: "silent" }) });
    tracing.attach(app);
    app.get("/things", { config: { access: "public" } }, async () => ({}));
    await app.inject("/things");

    await expect(tracing.shutdown()).resolves.toBeUndefined();

    expect(lost).toHaveLength(1);
  });
});
