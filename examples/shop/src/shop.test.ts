import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { startLoad } from "./load.ts";
import { type Shop, startShop } from "./shop.ts";

const ENVIRONMENT = "production";
const TOKEN = "stf_shop";

type Seen = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** A control plane as far as a shop can tell: one snapshot with `new-checkout` on, and it keeps what it is sent. */
async function startControlPlane() {
  const seen: Seen[] = [];
  const waiters = new Set<() => void>();
  const snapshot = {
    flags: { "new-checkout": { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "on" } },
    metadata: { flagSetId: ENVIRONMENT, version: "3" },
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (request.url?.endsWith("/stream")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: snapshot\ndata: ${JSON.stringify({ version: 3, etag: '"3"', snapshot })}\n\n`);
    } else response.writeHead(200).end();
    seen.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
    for (const waiter of waiters) waiter();
    waiters.clear();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Resolves with the first request to `path` there ever was. */
    async request(path: string): Promise<Seen> {
      for (;;) {
        const found = seen.find((one) => one.path === path);
        if (found) return found;
        await new Promise<void>((resolve) => waiters.add(resolve));
      }
    },
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

let control: Awaited<ReturnType<typeof startControlPlane>>;
let shop: Shop | undefined;
let exporter: InMemorySpanExporter;

beforeEach(async () => {
  control = await startControlPlane();
  exporter = new InMemorySpanExporter();
});

afterEach(async () => {
  await shop?.close();
  shop = undefined;
  await control.stop();
});

const settings = () => ({ STEADFAST_URL: control.url, STEADFAST_TOKEN: TOKEN, STEADFAST_ENVIRONMENT: ENVIRONMENT });

async function open(): Promise<string> {
  shop = await startShop(readConfig(settings()), { spanProcessor: new SimpleSpanProcessor({ exporter }) });
  return shop.url;
}

const checkOut = (url: string, user: string) =>
  fetch(`${url}/checkout`, { method: "POST", headers: { "x-user-id": user }, body: '{"articles":["oak-chair"]}' });

const setFault = (url: string, fault: object) =>
  fetch(`${url}/demo/faults`, { method: "POST", body: JSON.stringify(fault) });

describe("the shop", () => {
  it("shows its catalogue, finds articles and sells, the new way where the flag is on", async () => {
    const url = await open();

    const found = await (await fetch(`${url}/search?q=lamp`)).json();
    const sold = await (await checkOut(url, "user-1")).json();

    expect(await (await fetch(url)).json()).toMatchObject({ articles: { length: 80 } });
    expect(found).toMatchObject({ articles: { length: 8 } });
    expect(sold).toEqual({ totalCents: 900, code: "new" });
  });

  it("answers bad input with what is wrong, and goes on", async () => {
    const url = await open();

    expect((await fetch(`${url}/checkout`, { method: "POST", body: "{" })).status).toBe(400);
    expect((await fetch(`${url}/checkout`, { method: "POST", body: "x".repeat(100_000) })).status).toBe(413);
    expect((await fetch(`${url}//`)).status).toBe(404);
    expect((await setFault(url, { flag: "new-checkout", failureRate: 2 })).status).toBe(400);
    expect((await fetch(`${url}/demo/faults`, { method: "DELETE" })).status).toBe(405);
    expect((await checkOut(url, "user-1")).status).toBe(200);
  });

  it("goes on when somebody leaves in the middle of setting a fault", async () => {
    const url = await open();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("POST /demo/faults HTTP/1.1\r\nhost: shop\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n");
    await once(socket, "data");

    socket.destroy();
    await once(socket, "close");

    expect((await checkOut(url, "user-1")).status).toBe(200);
  });

  it("writes a SERVER span of each request, with the flag and the variant that it got", async () => {
    const url = await open();

    await (await checkOut(url, "user-1")).text();

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: "POST /checkout",
      kind: SpanKind.SERVER,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span?.attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/checkout",
      "http.response.status_code": 200,
      "feature_flag.key": "new-checkout",
      "feature_flag.result.variant": "on",
    });
    expect(span?.events).toMatchObject([{ name: "feature_flag.evaluation" }]);
    expect(span?.resource.attributes).toMatchObject({
      "service.name": "shop",
      "deployment.environment.name": ENVIRONMENT,
    });
    expect(JSON.stringify([span?.attributes, span?.events])).not.toContain("user-1");
  });

  it("has the bug that it is told to have, and marks the spans", async () => {
    const url = await open();
    await setFault(url, { flag: "new-checkout", failureRate: 1 });

    expect((await checkOut(url, "user-1")).status).toBe(500);
    expect((await fetch(`${url}/search?q=lamp`)).status).toBe(200);

    const [bought, searched] = exporter.getFinishedSpans();
    expect(bought).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "http.response.status_code": 500 },
    });
    expect(searched?.status.code).toBe(SpanStatusCode.UNSET);
    await setFault(url, { flag: "new-checkout", failureRate: 0 });
    expect((await checkOut(url, "user-1")).status).toBe(200);
  });

  it("names the setting that is wrong", () => {
    expect(() => readConfig({ STEADFAST_TOKEN: "" })).toThrow("STEADFAST_TOKEN");
    expect(() => readConfig({ ...settings(), SHOP_PORT: "99999" })).toThrow("SHOP_PORT");
    expect(() => readConfig({ ...settings(), SHOP_FAULTS: '[{"flag":"f","failureRate":7}]' })).toThrow("failureRate");
  });
});

describe("the load", () => {
  it("sends visits of different users and counts answers and failures", async () => {
    const url = await open();
    await setFault(url, { flag: "new-checkout", failureRate: 1 });
    const abort = new AbortController();

    const totals = await new Promise((resolve) => {
      const { done } = startLoad({
        url,
        requestsPerSecond: 200,
        users: 50,
        signal: abort.signal,
        onSecond: () => {
          abort.abort();
          void done.then(resolve);
        },
      });
    });

    const spans = exporter.getFinishedSpans();
    const failed = spans.filter((span) => span.status.code === SpanStatusCode.ERROR).length;
    expect(totals).toEqual({ finished: spans.length, failed, skipped: expect.any(Number) });
    expect(failed).toBeGreaterThan(0);
    expect(spans.length).toBeGreaterThan(failed);
  });

  it("counts a shop that is closed as failures", async () => {
    const abort = new AbortController();
    const totals = await new Promise((resolve) => {
      const { done } = startLoad({
        url: "http://127.0.0.1:1",
        requestsPerSecond: 100,
        users: 5,
        signal: abort.signal,
        onSecond: ({ finished, failed }) => {
          expect(finished).toBe(failed);
          abort.abort();
          void done.then(resolve);
        },
      });
    });

    expect(totals).not.toMatchObject({ failed: 0 });
  });
});

/** Starts the shop as a process of its own, and waits for its address. */
async function spawnShop(env: NodeJS.ProcessEnv) {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...settings(), ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { event, url }: { event: string; url: string } = JSON.parse(String(line));
  expect(event).toBe("listening");
  return {
    url,
    /** Resolves with the exit code. */
    async terminate(): Promise<unknown> {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      return code;
    },
  };
}

describe("the shop as a process", () => {
  it("prints its address, sends spans and counts over HTTP with its token, and ends on SIGTERM", async () => {
    const { url, terminate } = await spawnShop({ SHOP_FAULTS: '[{"flag":"new-checkout","latencyFactor":2}]' });

    await (await checkOut(url, "user-1")).text();
    const spans = await control.request("/v1/traces");
    const observations = await control.request("/api/v1/observations");

    expect(await terminate()).toBe(0);
    expect(spans.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/x-protobuf",
    });
    for (const text of [
      "feature_flag.evaluation",
      "feature_flag.result.variant",
      "new-checkout",
      "/checkout",
      "shop",
    ]) {
      expect(spans.body.includes(text)).toBe(true);
    }
    expect(spans.body.includes("user-1")).toBe(false);
    expect(JSON.parse(observations.body.toString())).toMatchObject({
      observations: [{ flag: "new-checkout", variant: "on", requests: 1, failures: 0 }],
    });
  });

  it("sells the new way and ends in order when the control plane died", async () => {
    const { url, terminate } = await spawnShop({});
    await control.stop();

    expect(await (await checkOut(url, "user-1")).json()).toMatchObject({ code: "new" });
    expect(await terminate()).toBe(0);
    control = await startControlPlane();
  });

  it("starts without a control plane, with the old code", async () => {
    await control.stop();
    const { url, terminate } = await spawnShop({});

    expect(await (await checkOut(url, "user-1")).json()).toMatchObject({ code: "old" });
    expect(await terminate()).toBe(0);
    control = await startControlPlane();
  });
});
