import type { App } from "../../http/app-type.ts";
import { decodeTraceJson } from "./decode-trace-json.ts";
import { decodeTraceRequest } from "./decode-trace-request.ts";
import { acceptExports, JSON_TYPE, PROTOBUF, readExport } from "./export-request.ts";
import { encodeExportResponse, exportResponseJson, type PartialSuccess } from "./export-response.ts";
import { NameCache } from "./name-cache.ts";
import type { SpanSink, SpanTally } from "./span-sink.ts";

/**
 * 16 MiB, as sent and as unpacked: some 40,000 spans of 400 bytes, where an SDK sends 512 and a collector 8,192 at once. Protobuf of
 * that size takes about 20 ms of one core to read, JSON about 150 ms: the longest that everybody else has to wait.
 */
export const TRACES_BODY_MAX_BYTES = 16 * 1_024 * 1_024;

/** Characters of the explanation in a partial success. */
const MESSAGE_MAX_CHARACTERS = 2_000;

/** Where the spans of one request are counted. */
export type SpanBatch = SpanSink & {
  /** Evaluations beyond what a span may carry. */
  surplus(count: number): void;
  /** Why some were not counted, for the sender; "": all were. */
  message(): string;
};

export type OtlpDeps = {
  /** @param tokenEnvironment `null`: a token for every environment */
  readonly openSpanBatch: (tokenEnvironment: string | null) => SpanBatch;
  /** Told after each request that was read to its end. */
  readonly onDecoded: (tally: SpanTally) => void;
};

/** OTLP/HTTP traces, protobuf and JSON. @see https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function otlpRoutes(app: App, deps: OtlpDeps): Promise<void> {
  const names = new NameCache();

  await app.register(async (scope: App) => {
    acceptExports(scope, TRACES_BODY_MAX_BYTES);

    scope.post(
      "/v1/traces",
      {
        bodyLimit: TRACES_BODY_MAX_BYTES,
        config: { access: "report", isIdempotencyKept: false },
        schema: {
          tags: ["telemetry"],
          summary: "Send spans (OTLP/HTTP)",
          description:
            "An ExportTraceServiceRequest in protobuf or JSON, gzip accepted. SERVER spans that name a flag and its variant are counted; nothing else is kept.",
          consumes: [PROTOBUF, JSON_TYPE],
          produces: [PROTOBUF, JSON_TYPE],
        },
      },
      async (request, reply) => {
        const batch = deps.openSpanBatch(request.principal.environment);
        const { isJson, value: tally } = readExport(request, {
          json: (text) => decodeTraceJson(text, batch),
          protobuf: (bytes) => decodeTraceRequest(bytes, batch, names),
        });
        batch.surplus(tally.surplusEvaluations);
        deps.onDecoded(tally);
        const partial: PartialSuccess = {
          rejectedSpans: tally.rejectedSpans,
          message: batch.message().slice(0, MESSAGE_MAX_CHARACTERS),
        };
        if (isJson) return reply.type(JSON_TYPE).send(exportResponseJson(partial));
        return reply.type(PROTOBUF).send(encodeExportResponse(partial));
      },
    );
  });
}
