import { context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** Spans are sent this often: the guard judges every second. */
const EXPORT_INTERVAL_MS = 1_000;
/** Five seconds of 2,000 requests a second wait while the receiver is away; later ones are dropped. */
const QUEUED_SPANS_MAX = 10_000;

/** Less than the shop takes to drain, so that it ends in time when the receiver is away. */
const EXPORT_TIMEOUT_MS = 3_000;

export type Telemetry = { readonly tracer: Tracer; readonly shutdown: () => Promise<void> };

export type TelemetryOptions = {
  readonly steadfastUrl: string;
  readonly steadfastToken: string;
  readonly environment: string;
  readonly exporter?: SpanProcessor;
};

/** Sets the OpenTelemetry SDK up as any service would: OTLP over HTTP, in batches. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  // Refused when there is one already, which then serves as well.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "shop",
      "deployment.environment.name": options.environment,
    }),
    spanProcessors: [options.exporter ?? otlpProcessor(options)],
  });
  return { tracer: provider.getTracer("shop"), shutdown: () => provider.shutdown() };
}

function otlpProcessor(options: TelemetryOptions): BatchSpanProcessor {
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({
      url: `${options.steadfastUrl}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
      headers: { authorization: `Bearer ${options.steadfastToken}` },
    }),
    scheduledDelayMillis: EXPORT_INTERVAL_MS,
    maxQueueSize: QUEUED_SPANS_MAX,
    maxExportBatchSize: QUEUED_SPANS_MAX,
  });
}
