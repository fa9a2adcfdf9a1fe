import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { authenticate } from "../../http/authenticate.ts";
import { createApp } from "../../http/create-app.ts";
import { decodeTraceJson } from "./decode-trace-json.ts";
import { decodeTraceRequest } from "./decode-trace-request.ts";
import { recordingSink } from "./recording-sink.fixture.ts";
import { otlpRoutes } from "./routes.ts";

/** Spans as the official SDK records them. */
function recordSpans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "shop", "deployment.environment.name": "production" }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("test");

  const served = tracer.startSpan("GET /checkout", { kind: SpanKind.SERVER, startTime: [1_795_213_225, 0] });
  served.setAttributes({ "feature_flag.key": "checkout", "feature_flag.result.variant": "on", "server.port": 8_080 });
  served.addEvent("feature_flag.evaluation", {
    "feature_flag.key": "search",
    "feature_flag.result.variant": "v2",
    "feature_flag.context.id": "user-1",
  });
  served.setStatus({ code: SpanStatusCode.ERROR, message: "boom" });
  served.end([1_795_213_225, 40_000_000]);
  const inner = tracer.startSpan("query", { kind: SpanKind.CLIENT });
  inner.setAttributes({ "feature_flag.key": "checkout", "feature_flag.result.variant": "on" });
  inner.end();
  return exporter.getFinishedSpans();
}

const EXPECTED = [
  { service: "shop", environment: "production", flag: "search", variant: "v2", failed: true, latencyMs: 40 },
  { service: "shop", environment: "production", flag: "checkout", variant: "on", failed: true, latencyMs: 40 },
];

describe("spans of the official OpenTelemetry SDK", () => {
  it("are counted from its protobuf", () => {
    const { sink, evaluations } = recordingSink();

    const tally = decodeTraceRequest(Buffer.from(ProtobufTraceSerializer.serializeRequest(recordSpans()) ?? []), sink);

    expect(evaluations).toMatchObject(EXPECTED);
    expect(tally).toMatchObject({ spans: 2, otherKindSpans: 1 });
  });

  it("are counted the same from its JSON", () => {
    const fromProtobuf = recordingSink();
    const fromJson = recordingSink();
    const spans = recordSpans();

    decodeTraceRequest(Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []), fromProtobuf.sink);
    decodeTraceJson(Buffer.from(JsonTraceSerializer.serializeRequest(spans) ?? []).toString(), fromJson.sink);

    expect(fromJson.evaluations).toEqual(fromProtobuf.evaluations);
  });

  it("arrive through its exporter, which reads our answer as success", async () => {
    const { sink, evaluations } = recordingSink();
    const app = createApp({ logger: pino({ level: "silent" }) });
    authenticate(app, {
      findPrincipal: async () => ({ tokenId: "t", tokenName: "t", role: "telemetry", environment: null, via: "token" }),
    });
    await otlpRoutes(app, {
      openSpanBatch: () => ({ ...sink, surplus: () => {}, message: () => "" }),
      onDecoded: () => {},
    });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const exporter = new OTLPTraceExporter({ url: `${address}/v1/traces`, headers: { authorization: "Bearer x" } });

    const result = await new Promise((resolve) => exporter.export(recordSpans(), resolve));
    await exporter.shutdown();
    await app.close();

    expect(result).toMatchObject({ code: 0 });
    expect(evaluations).toMatchObject(EXPECTED);
  });
});
