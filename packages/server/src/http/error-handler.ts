import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { App } from "./app-type.ts";
import { PROBLEMS, type ProblemCode, ProblemError } from "./problem.ts";

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly faults?: ProblemError["faults"];
};

/** RFC 9457. */
export function toProblem(error: ProblemError): Problem {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: `urn:steadfast:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    ...(error.faults.length > 0 ? { faults: error.faults } : {}),
  };
}

/** Answers every error with problem+json: refusals as they are, Fastify's own in our words, anything else as a logged 500. */
export function handleErrors(app: App): void {
  app.setErrorHandler((error: unknown, request, reply) => sendError(request, reply, error));
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, notFound(app, request)));
}

export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  return sendProblem(request, reply, asProblemError(error, request));
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ProblemError): FastifyReply {
  const problem = toProblem(error);
  if (problem.status >= 500) request.log.error({ err: error.cause ?? error, code: error.code }, error.message);
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(error.retryAfterSeconds));
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="steadfast"');
  // A string: the route's response schema knows only its own answers.
  return reply.code(problem.status).type("application/problem+json").serializer(String).send(JSON.stringify(problem));
}

/** What Fastify refuses, by its permanent codes. */
const FASTIFY_REFUSALS: Readonly<Record<string, { code: ProblemCode; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "body-too-large",
    detail: "The body is larger than this route takes. Send less at once.",
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "media-type-unsupported",
    detail: "This route does not take the content type that was sent. Send JSON with Content-Type: application/json.",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: "malformed-body",
    detail: "The content type says JSON, but the body is empty. Send a JSON body, or leave Content-Type away.",
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: "malformed-body",
    detail: "The body is not JSON, or holds a forbidden key such as __proto__. Correct it and send it again.",
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "malformed-body",
    detail: "The body's size is not what Content-Length says. Send it whole.",
  },
  FST_ERR_BAD_URL: { code: "invalid-request", detail: "The URL's path is not valid. Check its percent-encoding." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "not-found", detail: "A part of the path is too long for any key or id." },
  FST_ERR_NOT_FOUND: { code: "not-found", detail: "There is nothing here. /openapi.json lists every path." },
};

/** What a caller is told of any error; of one that is our own bug, nothing of the inside. */
export function asProblemError(error: unknown, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isFastifyError(error)) {
    const known = FASTIFY_REFUSALS[error.code];
    if (known) return new ProblemError(known.code, known.detail);
    const status = error.statusCode ?? 500;
    // The dashboard's files: a path that leaves their folder is as good as one that is not there.
    if (status === 403 || status === 404) return nothingHere();
    if (status >= 400 && status < 500) {
      const isBody = error instanceof SyntaxError || status === 400;
      return new ProblemError(
        isBody ? "malformed-body" : "invalid-request",
        `${STATUS_CODES[status]}: ${error.message}`,
      );
    }
  }
  const problem = new ProblemError(
    "internal-error",
    `The server failed while it answered (request ${request.id}); its log says why. This is a bug: please report it.`,
  );
  problem.cause = error;
  return problem;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && ("statusCode" in error || ("code" in error && typeof error.code === "string"));
}

/** Only traces are taken, and an exporter of OpenTelemetry shows the answer's body in its log. */
const EXPORTED_ELSEWHERE =
  "There is nothing here. Spans go to /v1/traces: set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to that address, path and all. Metrics and logs are not taken.";

const METHODS: readonly HTTPMethods[] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/** 405 when another method is served here, and says which. */
function notFound(app: App, request: FastifyRequest): ProblemError {
  const path = request.url.split("?")[0] ?? "/";
  const allowed = METHODS.filter((method) => isServed(app, method, path));
  if (allowed.length === 0 || allowed.some((method) => method === request.method)) {
    return isExport(request) ? new ProblemError("not-found", EXPORTED_ELSEWHERE) : nothingHere();
  }
  return new ProblemError("method-not-allowed", `${request.method} is not served here; ${allowed.join(" and ")} is.`);
}

function isExport({ method, url, headers }: FastifyRequest): boolean {
  if (method !== "POST") return false;
  const isProtobuf = headers["content-type"]?.startsWith("application/x-protobuf") ?? false;
  return isProtobuf || url.startsWith("/v1/");
}

function nothingHere(): ProblemError {
  return new ProblemError("not-found", "There is nothing here. /openapi.json lists every path.");
}

/** A catch-all, such as the dashboard's, serves no path in particular. */
function isServed(app: App, method: HTTPMethods, url: string): boolean {
  const route = app.findRoute({ method, url });
  return route !== null && !("*" in route.params);
}
