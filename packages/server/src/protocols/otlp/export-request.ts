import type { FastifyRequest } from "fastify";
import type { App } from "../../http/app-type.ts";
import { inflateBody } from "../../http/inflate-body.ts";
import { ProblemError } from "../../http/problem.ts";
import { OtlpDecodeError } from "./decode-error.ts";

export const PROTOBUF = "application/x-protobuf";
export const JSON_TYPE = "application/json";

/** Reads bodies as OTLP/HTTP has them, here and nowhere else: elsewhere JSON is parsed by Fastify and protobuf refused. */
export function acceptExports(scope: App, bodyMaxBytes: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    [PROTOBUF, JSON_TYPE],
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) =>
      inflateBody(request.headers["content-encoding"], body, bodyMaxBytes),
  );
}

/**
 * The body, read by the one of both that its type asks for.
 *
 * @throws {ProblemError} `media-type-unsupported`, `malformed-body`
 */
export function readExport<T>(
  request: FastifyRequest,
  read: { readonly json: (text: string) => T; readonly protobuf: (bytes: Buffer) => T },
): { readonly isJson: boolean; readonly value: T } {
  const { body } = request;
  const isJson = (request.headers["content-type"] ?? "").trimStart().toLowerCase().startsWith(JSON_TYPE);
  if (!Buffer.isBuffer(body)) throw unsupported();
  try {
    return { isJson, value: isJson ? read.json(body.toString("utf8")) : read.protobuf(body) };
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
