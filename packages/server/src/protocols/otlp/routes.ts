import type { FastifyRequest } from "fastify";
import type { App } from "../../http/app-type.ts";
import { inflateBody } from "../../http/inflate-body.ts";
import { ProblemError } from "../../http/problem.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { decodeTraceJson } from "./decode-trace-json.ts";
import { decodeTraceRequest } from "./decode-trace-request.ts";
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

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

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

  // In a scope of its own: elsewhere JSON is parsed by Fastify and protobuf refused.
  await app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [PROTOBUF, JSON_TYPE],
      { parseAs: "buffer" },
      async (request: FastifyRequest, body: Buffer) =>
        inflateBody(request.headers["content-encoding"], body, TRACES_BODY_MAX_BYTES),
    );

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
        const { body } = request;
        const isJson = isJsonRequest(request);
        if (!Buffer.isBuffer(body)) throw unsupported();
        const batch = deps.openSpanBatch(request.principal.environment);
        const tally = refuseUndecodable(() =>
          isJson ? decodeTraceJson(body.toString("utf8"), batch) : decodeTraceRequest(body, batch, names),
        );
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

function isJsonRequest(request: FastifyRequest): boolean {
  return (request.headers["content-type"] ?? "").trimStart().toLowerCase().startsWith(JSON_TYPE);
}

function refuseUndecodable(decode: () => SpanTally): SpanTally {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof OtlpDecodeError)) throw error;
    throw new ProblemError(
      "malformed-body",
      `The body is not an OTLP trace request: ${error.message}. Check the exporter's protocol (http/protobuf or http/json).`,
    );
  }
}

function unsupported(): ProblemError {
  return new ProblemError(
    "media-type-unsupported",
    `Spans come as Content-Type ${PROTOBUF} or ${JSON_TYPE}, with a body. Set the exporter's protocol to http/protobuf or http/json.`,
  );
}
