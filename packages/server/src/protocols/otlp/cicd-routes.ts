import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { FastifyRequest } from "fastify";
import type { App } from "../../http/app-type.ts";
import { readCicdSpan } from "./cicd-span.ts";
import { acceptExports, JSON_TYPE, PROTOBUF, readExport } from "./export-request.ts";
import { encodeExportResponse, exportResponseJson, type PartialSuccess } from "./export-response.ts";
import { type PlainSpan, readPlainSpans, readPlainSpansJson } from "./plain-span.ts";

/** 8 MiB, as sent and as unpacked: 8,192 spans, which a collector sends at once, of 1,000 bytes. */
export const CICD_BODY_MAX_BYTES = 8 * 1_024 * 1_024;

export type CicdDeps = {
  readonly record: (tellings: readonly ScopedTold[], principal: FastifyRequest["principal"]) => Promise<unknown>;
};

/** OTLP/HTTP traces of CI/CD systems, apart from `/v1/traces`: exporters are given `…/cicd` as their endpoint. */
export async function cicdRoutes(app: App, deps: CicdDeps): Promise<void> {
  await app.register(async (scope: App) => {
    acceptExports(scope, CICD_BODY_MAX_BYTES);

    scope.post(
      "/cicd/v1/traces",
      {
        bodyLimit: CICD_BODY_MAX_BYTES,
        config: { access: "report", isIdempotencyKept: false },
        schema: {
          tags: ["delivery"],
          summary: "Send spans of pipelines and tests (OTLP/HTTP)",
          description:
            "An ExportTraceServiceRequest in protobuf or JSON, gzip accepted. Spans with cicd.pipeline or test.case attributes and a vcs repository become runs, each once; others are ignored.",
          consumes: [PROTOBUF, JSON_TYPE],
          produces: [PROTOBUF, JSON_TYPE],
        },
      },
      async (request, reply) => {
        const { isJson, value } = readExport(request, { json: readPlainSpansJson, protobuf: readPlainSpans });
        const { tellings, partial } = read(value);
        await deps.record(tellings, request.principal);
        if (isJson) return reply.type(JSON_TYPE).send(exportResponseJson(partial));
        return reply.type(PROTOBUF).send(encodeExportResponse(partial));
      },
    );
  });
}

function read(spans: readonly PlainSpan[]): { readonly tellings: ScopedTold[]; readonly partial: PartialSuccess } {
  const tellings: ScopedTold[] = [];
  const missing = new Set<string>();
  let rejectedSpans = 0;
  for (const meaning of spans.map(readCicdSpan)) {
    if (meaning.outcome === "told") tellings.push(meaning.telling);
    if (meaning.outcome !== "refused") continue;
    rejectedSpans += 1;
    missing.add(meaning.missing);
  }
  const message = rejectedSpans === 0 ? "" : `Pipelines and tests need ${[...missing].join("; ")}.`;
  return { tellings, partial: { rejectedSpans, message } };
}
