import { gzipSync } from "node:zlib";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ScopedTold } from "@steadfast/core/delivery/scope";
import fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { App } from "../../http/app-type.ts";
import { authenticate } from "../../http/authenticate.ts";
import { createApp } from "../../http/create-app.ts";
import { cicdRoutes } from "./cicd-routes.ts";
import { PLAIN_SPANS_MAX } from "./plain-span.ts";

const SHA = "c".repeat(40);
const START_S = 1_795_213_225;
const START_MS = START_S * 1_000;
const OF_A_RUN = {
  "cicd.pipeline.name": "Build",
  "cicd.pipeline.run.id": "4711",
  "cicd.pipeline.run.url.full": "https://ci.example/4711",
  "vcs.repository.url.full": "https://forge.example/Acme/Shop.git",
  "vcs.ref.head.revision": SHA,
};

/** A run with its wait, a task and two tests, as a CI system's instrumentation records them with the official SDK. */
function record(resource: Record<string, string> = OF_A_RUN): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "ci", ...resource }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("ci");
  const span = (
    name: string,
    from: number,
    to: number,
    attributes: Record<string, string>,
    kind = SpanKind.INTERNAL,
  ) => {
    const started = tracer.startSpan(name, { kind, startTime: [START_S + from, 0], attributes });
    if (attributes["cicd.pipeline.result"] === "failure") started.setStatus({ code: SpanStatusCode.ERROR });
    started.end([START_S + to, 0]);
  };
  span("queue", 0, 30, { "cicd.pipeline.run.state": "pending" });
  span("RUN Build", 30, 90, { "cicd.pipeline.result": "failure" }, SpanKind.SERVER);
  span("lint", 31, 40, { "cicd.pipeline.task.name": "lint", "cicd.pipeline.task.run.id": "1" });
  span("pays", 40, 42, { "test.suite.name": "cart", "test.case.name": "pays", "test.case.result.status": "fail" });
  span("adds", 42, 43, { "test.case.name": "adds", "test.case.result.status": "pass" });
  return exporter.getFinishedSpans();
}

let app: App;
let address: string;
const told: ScopedTold[] = [];

beforeAll(async () => {
  app = createApp({ logger: pino({ level: "silent" }) });
  authenticate(app, {
    findPrincipal: async () => ({ tokenId: "t", tokenName: "t", role: "telemetry", environment: null, via: "token" }),
  });
  await cicdRoutes(app, { record: async (tellings) => told.push(...tellings) });
  address = await app.listen({ host: "127.0.0.1", port: 0 });
});
beforeEach(() => {
  told.length = 0;
});
afterAll(() => app.close());

async function send(body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>) {
  const answer = await fetch(`${address}/cicd/v1/traces`, {
    method: "POST",
    headers: { authorization: "Bearer x", ...headers },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

const json = (spans: ReadableSpan[]) => Buffer.from(JsonTraceSerializer.serializeRequest(spans) ?? []).toString();
const protobuf = (spans: ReadableSpan[]) => Uint8Array.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []);
const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_BODY = { "content-type": "application/json" };

describe("spans of a CI system", () => {
  it("become runs and tests of their repository, through the official exporter at its endpoint", async () => {
    const exporter = new OTLPTraceExporter({
      url: `${address}/cicd/v1/traces`,
      headers: { authorization: "Bearer x" },
    });

    const result = await new Promise((resolve) => exporter.export(record(), resolve));
    await exporter.shutdown();

    expect(result).toMatchObject({ code: 0 });
    const common = { source: "otlp", scope: "repository/acme/shop", environment: null };
    const run = { ...common, kind: "pipeline-run", subject: "Acme/Shop#4711" };
    expect(told).toMatchObject([
      { ...run, told: { name: "Build", revision: SHA, queuedAtMs: START_MS, startedAtMs: START_MS + 30_000 } },
      {
        ...{ ...run, atMs: START_MS + 90_000 },
        told: { startedAtMs: START_MS + 30_000, finishedAtMs: START_MS + 90_000, outcome: "failed" },
      },
      { ...common, kind: "test-run", told: { test: "cart pays", revision: SHA, durationMs: 2_000, outcome: "failed" } },
      { ...common, kind: "test-run", told: { test: "adds", outcome: "passed" } },
    ]);
    expect(new Set(told.map(({ messageId }) => messageId)).size).toBe(4);
  });

  it("tell the same in protobuf, in JSON and zipped", async () => {
    const spans = record();

    const answers = [
      await send(protobuf(spans), PROTOBUF),
      await send(json(spans), JSON_BODY),
      await send(Uint8Array.from(gzipSync(protobuf(spans))), { ...PROTOBUF, "content-encoding": "gzip" }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(told).toHaveLength(12);
    expect(told.slice(4, 8)).toEqual(told.slice(0, 4));
    expect(told.slice(8)).toEqual(told.slice(0, 4));
  });

  it("are refused one by one where they do not say whose they are, and the sender is told what is missing", async () => {
    const { "vcs.repository.url.full": _url, ...nowhere } = OF_A_RUN;

    const answer = await send(json(record(nowhere)), JSON_BODY);
    const named = { ...nowhere, "vcs.owner.name": "acme", "vcs.repository.name": "shop" };
    await send(json(record(named)), JSON_BODY);

    expect(JSON.parse(answer.text)).toMatchObject({
      partialSuccess: { rejectedSpans: "4", errorMessage: expect.stringContaining("vcs.repository.url.full") },
    });
    expect(new Set(told.map(({ scope }) => scope))).toEqual(new Set(["repository/acme/shop"]));
  });

  it("are refused whole when there are too many, and when the body is none", async () => {
    const many = {
      resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: PLAIN_SPANS_MAX + 1 }, () => ({})) }] }],
    };

    const answers = [
      await send(JSON.stringify(many), JSON_BODY),
      await send("{", JSON_BODY),
      await send("x", PROTOBUF),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(told).toEqual([]);
  });

  it("never make the server fail, whatever the bytes", async () => {
    const whole = protobuf(record());
    const bent = fc
      .array(fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        return bytes;
      });
    const bytes = fc.oneof(
      bent,
      fc.uint8Array({ maxLength: 200 }).map((given) => Uint8Array.from(given)),
    );

    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(PROTOBUF, JSON_BODY), async (body, headers) => {
        const { status } = await send(body, headers);
        expect(status).toBeLessThan(500);
        for (const { atMs } of told) expect(Number.isSafeInteger(atMs)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
