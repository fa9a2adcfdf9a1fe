import { hash } from "node:crypto";
import type { FlagSet } from "@steadfast/core/flags/compile";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../../http/app-type.ts";
import { requireEnvironment } from "../../http/authenticate.ts";
import { asProblemError } from "../../http/error-handler.ts";
import { ProblemError } from "../../http/problem.ts";
import { evaluateAll, evaluateOne, type OfrepErrorCode, parseContext } from "./evaluate.ts";

export type OfrepDeps = {
  /** The compiled flags of an environment, from memory. */
  readonly flagSet: (environment: string) => FlagSet | undefined;
  readonly nowMs: () => number;
};

/** Names the environment for a token that is good for all of them. */
const ENVIRONMENT_HEADER = "x-steadfast-environment";
const ENVIRONMENT_DEFAULT = "production";
/** 5,000 groups of 25 characters. Every flag may look at all of it, so what a context may hold bounds what a request costs. */
const CONTEXT_BODY_BYTES_MAX = 131_072;
const JSON_TYPE = "application/json; charset=utf-8";
/** As long as a key can be. */
const ENVIRONMENT_SHOWN_CHARACTERS = 40;

export async function ofrepRoutes(parent: App, deps: OfrepDeps): Promise<void> {
  await parent.register(async (app: App) => {
    app.setErrorHandler(answerInProtocol);

    app.post(
      "/ofrep/v1/evaluate/flags/:key",
      {
        bodyLimit: CONTEXT_BODY_BYTES_MAX,
        config: { access: "evaluate" },
        schema: {
          summary: "Evaluate one flag (OFREP)",
          tags: ["ofrep"],
          params: z.object({ key: z.string().max(200) }),
          body: z.unknown(),
        },
      },
      // No promise in this one and the next: both are asked more often than all the others together.
      (request, reply) => {
        const flagSet = flagSetOf(deps, request);
        const parsed = parseContext(request.body);
        if (!parsed.ok) return void reply.code(400).send({ key: request.params.key, ...parsed.failure });
        const { json, errorCode } = evaluateOne(flagSet, request.params.key, parsed.context, deps.nowMs());
        if (errorCode !== undefined) reply.code(statusOf(errorCode));
        reply.type(JSON_TYPE).send(json);
      },
    );

    app.post(
      "/ofrep/v1/evaluate/flags",
      {
        bodyLimit: CONTEXT_BODY_BYTES_MAX,
        config: { access: "evaluate" },
        schema: { summary: "Evaluate every flag (OFREP)", tags: ["ofrep"], body: z.unknown() },
      },
      (request, reply) => {
        const flagSet = flagSetOf(deps, request);
        const parsed = parseContext(request.body);
        if (!parsed.ok) return void reply.code(400).send(parsed.failure);
        sendBulk(request, reply, evaluateAll(flagSet, parsed.context, deps.nowMs()));
      },
    );
  });
}

/** The ETag is of the answer, not of the flags: two contexts have two. */
function sendBulk(request: FastifyRequest, reply: FastifyReply, json: string): FastifyReply {
  const etag = `"${hash("sha1", json, "base64url")}"`;
  reply.header("etag", etag);
  const known = request.headers["if-none-match"];
  if (known?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)) return reply.code(304).send();
  return reply.type(JSON_TYPE).send(json);
}

function flagSetOf(deps: OfrepDeps, request: FastifyRequest): FlagSet {
  const named = request.headers[ENVIRONMENT_HEADER];
  if (typeof named === "string") requireEnvironment(request, named);
  const environment = request.principal.environment ?? (typeof named === "string" ? named : ENVIRONMENT_DEFAULT);
  const flagSet = deps.flagSet(environment);
  if (!flagSet)
    throw new ProblemError(
      "environment-not-found",
      `There is no environment "${environment.slice(0, ENVIRONMENT_SHOWN_CHARACTERS)}".`,
    );
  return flagSet;
}

function statusOf(errorCode: OfrepErrorCode): number {
  return errorCode === "FLAG_NOT_FOUND" ? 404 : 400;
}

/** The protocol has its own error bodies; 401 and 403 have none. */
function answerInProtocol(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message, cause, retryAfterSeconds } = asProblemError(error, request);
  if (status === 401 || status === 403) return reply.code(status).send();
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  if (status >= 500) {
    request.log.error({ err: cause ?? error }, "OFREP request failed");
    return reply.code(status).send({ errorDetails: message });
  }
  return reply.code(status).send({ errorCode: status === 400 ? "PARSE_ERROR" : "GENERAL", errorDetails: message });
}
