import { OpenFeature, ProviderEvents, ProviderStatus } from "@openfeature/server-sdk";
import { context, createContextKey, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { documentOf, SnapshotPeer, TOKEN } from "../test/snapshot-peer.ts";
import type { SteadfastOptions } from "./client-options.ts";
import { STALE_AFTER_MS } from "./client-options.ts";
import { SteadfastProvider } from "./provider.ts";

const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer("test");

let peer: SnapshotPeer;
let clock: FakeClock;

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

beforeEach(async () => {
  peer = await SnapshotPeer.start(documentOf(5));
  clock = new FakeClock();
  exporter.reset();
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  await OpenFeature.close();
  await peer.stop();
});

function provide(options: Partial<SteadfastOptions> = {}): SteadfastProvider {
  return new SteadfastProvider({ url: peer.url, token: TOKEN, clock, random: () => 0.5, ...options });
}

/** As if that version of the API had registered the SDK; newer copies refuse to read it. */
function pretendRegisteredBy(version: string): () => void {
  const key = Symbol.for("opentelemetry.js.api.1");
  const registry: unknown = Reflect.get(globalThis, key);
  if (typeof registry !== "object" || registry === null) throw new Error("no SDK is registered");
  Reflect.set(globalThis, key, { ...registry, version });
  return () => {
    Reflect.set(globalThis, key, registry);
  };
}

const event = (type: ProviderEvents): Promise<Record<string, unknown> | undefined> =>
  new Promise((resolve) => OpenFeature.addHandler(type, (details) => resolve({ ...details })));

describe("the official SDK on our provider", () => {
  it("gets values, variants and reasons of every type", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();

    expect(await client.getBooleanDetails("new-checkout", true)).toMatchObject({ value: false, variant: "off" });
    expect(await client.getStringValue("theme", "light")).toBe("dark");
    expect(await client.getNumberValue("limit", 0)).toBe(10);
    expect(await client.getObjectValue("layout", {})).toEqual({ columns: 3 });
    expect(await client.getBooleanDetails("gone", true)).toMatchObject({ value: true, reason: "DISABLED" });
    expect(await client.getBooleanDetails("beta", false, { email: "a@acme.com", since: new Date(0) })).toMatchObject({
      value: true,
      reason: "TARGETING_MATCH",
    });
  });

  it("answers the default with an error code for an unknown flag and another type", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();

    expect(await client.getBooleanDetails("nowhere", true)).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" });
    expect(await client.getStringDetails("limit", "mine")).toMatchObject({ value: "mine", errorCode: "TYPE_MISMATCH" });
  });

  it("hears of changes, of being cut off, and of being back", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();
    const changed = event(ProviderEvents.ConfigurationChanged);
    peer.publish(documentOf(6, "on"));
    expect(await changed).toMatchObject({ flagsChanged: ["new-checkout"] });
    expect(await client.getBooleanValue("new-checkout", false)).toBe(true);

    const stale = event(ProviderEvents.Stale);
    peer.refuse.set("stream", { status: 503 });
    peer.dropStreams();
    await clock.waiting("reconnect");
    clock.advance(STALE_AFTER_MS);
    expect(await stale).toMatchObject({ metadata: { ageMs: STALE_AFTER_MS, version: 6 } });
    expect(client.providerStatus).toBe(ProviderStatus.STALE);
    expect(await client.getBooleanValue("new-checkout", false)).toBe(true);

    peer.refuse.clear();
    while (client.providerStatus !== ProviderStatus.READY) {
      await Promise.race([new Promise(setImmediate), clock.fire("reconnect")]);
    }
    expect(await client.getBooleanValue("new-checkout", false)).toBe(true);
  });

  it("is STALE when it started from a bundled snapshot", async () => {
    peer.refuse.set("stream", { status: 503 });
    const stale = event(ProviderEvents.Stale);

    await OpenFeature.setProviderAndWait(provide({ bundledSnapshot: documentOf(1, "on") }));

    await stale;
    expect(OpenFeature.getClient().providerStatus).toBe(ProviderStatus.STALE);
    expect(await OpenFeature.getClient().getBooleanValue("new-checkout", false)).toBe(true);
  });

  it("is in ERROR with nothing to serve, answers defaults, and becomes READY by itself", async () => {
    peer.refuse.set("stream", { status: 503 });
    const failing = expect(OpenFeature.setProviderAndWait(provide())).rejects.toThrow(/no snapshot to serve/);
    await clock.waiting("reconnect");
    clock.advance(3_000);
    await failing;
    const client = OpenFeature.getClient();
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getBooleanValue("new-checkout", true)).toBe(true);

    peer.refuse.clear();
    while (client.providerStatus !== ProviderStatus.READY) {
      await Promise.race([new Promise(setImmediate), clock.fire("reconnect")]);
    }
    expect(await client.getBooleanValue("new-checkout", true)).toBe(false);
  });

  it("keeps evaluating when the token is refused later", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();
    const fault = event(ProviderEvents.Error);

    peer.refuse.set("stream", { status: 401 });
    peer.dropStreams();
    await clock.fire("reconnect");

    expect(await fault).toMatchObject({ message: expect.stringContaining("401") });
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getBooleanValue("new-checkout", true)).toBe(false);
  });
});

describe("the active span", () => {
  /** Runs `work` in a span and returns it as it was exported. */
  async function inSpan(work: (span: Span) => Promise<unknown>) {
    await tracer.startActiveSpan("GET /", async (span) => {
      await work(span);
      span.end();
    });
    const [span] = exporter.getFinishedSpans();
    return span;
  }

  it("carries the first flag as attributes, and every flag and variant as one event", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();

    const span = await inSpan(async () => {
      for (let time = 0; time < 3; time += 1) {
        await client.getBooleanValue("new-checkout", true, { targetingKey: "user-1" });
      }
      await client.getStringValue("theme", "light", { targetingKey: "user-1" });
      await client.getBooleanValue("nowhere", true);
    });

    expect(span?.attributes).toEqual({ "feature_flag.key": "new-checkout", "feature_flag.result.variant": "off" });
    expect(span?.events.map(({ name }) => name)).toEqual(Array(3).fill("feature_flag.evaluation"));
    expect(span?.events.map(({ attributes }) => attributes)).toEqual([
      {
        "feature_flag.key": "new-checkout",
        "feature_flag.result.variant": "off",
        "feature_flag.result.reason": "static",
        "feature_flag.provider.name": "steadfast",
        "feature_flag.set.id": "production",
        "feature_flag.version": "5",
      },
      expect.objectContaining({ "feature_flag.key": "theme", "feature_flag.result.variant": "dark" }),
      expect.objectContaining({
        "feature_flag.key": "nowhere",
        "feature_flag.result.reason": "error",
        "error.type": "flag_not_found",
      }),
    ]);
    expect(JSON.stringify([span?.attributes, span?.events])).not.toContain("user-1");
  });

  it("is found when the application's SDK came with an older copy of the API", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();

    const span = await inSpan(async () => {
      const restore = pretendRegisteredBy("1.9.1");
      expect(trace.getActiveSpan()).toBeUndefined();
      await client.getBooleanValue("new-checkout", true);
      restore();
    });

    expect(span?.attributes).toMatchObject({ "feature_flag.result.variant": "off" });
  });

  it("is that of the request which is served, also within the span of a framework's handler", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();
    const requestKey = createContextKey("OpenTelemetry SDK Context Key RPC_METADATA");

    const span = await inSpan(async (request) => {
      const served = context.active().setValue(requestKey, { type: "http", span: request });
      const handler = tracer.startSpan("request handler", {}, served);
      await context.with(trace.setSpan(served, handler), () => client.getBooleanValue("new-checkout", true));
    });

    expect(span?.attributes).toMatchObject({ "feature_flag.result.variant": "off" });
  });

  it("is the active one when the request has been answered", async () => {
    await OpenFeature.setProviderAndWait(provide());
    const client = OpenFeature.getClient();
    const requestKey = createContextKey("OpenTelemetry SDK Context Key RPC_METADATA");
    const answered = tracer.startSpan("answered");
    answered.end();
    exporter.reset();

    const span = await inSpan(() =>
      context.with(context.active().setValue(requestKey, { type: "http", span: answered }), () =>
        client.getBooleanValue("new-checkout", true),
      ),
    );

    expect(span?.attributes).toMatchObject({ "feature_flag.result.variant": "off" });
  });

  it("carries the targeting key only where the application asked for it", async () => {
    await OpenFeature.setProviderAndWait(provide({ annotateSpans: { contextId: true } }));
    const client = OpenFeature.getClient();

    const span = await inSpan(() => client.getBooleanValue("new-checkout", true, { targetingKey: "user-1" }));

    expect(span?.events[0]?.attributes).toMatchObject({ "feature_flag.context.id": "user-1" });
  });

  it("is left alone when that is switched off", async () => {
    await OpenFeature.setProviderAndWait(provide({ annotateSpans: false }));

    const span = await inSpan(() => OpenFeature.getClient().getBooleanValue("new-checkout", true));

    expect(span?.events).toEqual([]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});
