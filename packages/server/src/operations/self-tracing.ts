import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { FastifyRequest } from "fastify";
import type { App } from "../http/app-type.ts";

/** Never traced: asked all the time, or the very thing that would trace itself for ever. */
const UNTRACED_ROUTES: ReadonlySet<string> = new Set(["/v1/traces", "/healthz", "/readyz", "/metrics"]);

/** Spans that wait for the collector; past it they are dropped rather than kept. About 1 KB each. */
const QUEUED_SPANS_MAX = 2_048;
const EXPORT_TIMEOUT_MS = 5_000;

const TRACEPARENT_PATTERN = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export type SelfTracingConfig = {
  /** Where spans are sent: the full address, such as http://collector:4318/v1/traces. */
  readonly endpoint: string;
  /** Share of requests without a traced caller that are traced, 0..1. */
  readonly sampleRatio: number;
  readonly version: string;
  readonly nodeId: string;
  /** Told why the last spans did not reach the collector when the server stopped. */
  readonly onLost?: (error: unknown) => void;
};

export type SelfTracing = {
  /** To be called before any route is mounted. */
  attach(app: App): void;
  /** Sends what waits, for at most five seconds. Never fails: a collector that is away must not keep the server from stopping. */
  shutdown(): Promise<void>;
};

/** OpenTelemetry traces of this server: a SERVER span for each request, child of the caller's when it sends traceparent. */
export function createSelfTracing(config: SelfTracingConfig): SelfTracing {
  const { endpoint } = config;
  const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "steadfast",
      "service.version": config.version,
      "service.instance.id": config.nodeId,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUED_SPANS_MAX,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer("steadfast", config.version);
  const spans = new WeakMap<FastifyRequest, Span>();

  return {
    attach: (app) => {
      app.addHook("onRequest", async (request) => {
        const route = request.routeOptions.url;
        if (route !== undefined && UNTRACED_ROUTES.has(route)) return;
        const attributes = {
          "http.request.method": request.method,
          "url.scheme": request.protocol,
          ...(route !== undefined && { "http.route": route }),
        };
        const name = route === undefined ? request.method : `${request.method} ${route}`;
        spans.set(request, tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, callerOf(request)));
      });
      app.addHook("onResponse", async (request, reply) => {
        const span = spans.get(request);
        if (!span) return;
        span.setAttribute("http.response.status_code", reply.statusCode);
        if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
    },
    shutdown: async () => {
      try {
        await provider.shutdown();
      } catch (error) {
        config.onLost?.(error);
      }
    },
  };
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header; anything else starts a trace of its own */
function callerOf(request: FastifyRequest): Context {
  const header = request.headers.traceparent;
  const match = typeof header === "string" ? TRACEPARENT_PATTERN.exec(header) : null;
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
