import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FlagSet } from "@steadfast/core/flags/compile";
import type { EvaluationContext } from "@steadfast/core/flags/evaluation";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Principal } from "../../http/access-rule.ts";
import type { App } from "../../http/app-type.ts";
import type { AnswerAtOnce, AskedAtOnce } from "../../http/asked-at-once.ts";
import { requireEnvironment } from "../../http/authenticate.ts";
import { asProblemError } from "../../http/error-handler.ts";
import { ProblemError } from "../../http/problem.ts";
import { evaluateAll, evaluateOne, type OfrepErrorCode, parseContext } from "./evaluate.ts";

export type OfrepDeps = {
  /** The flags of an environment, from memory: compiled, and the tag of what they were compiled from. */
  readonly snapshot: (environment: string) => Published | undefined;
  readonly nowMs: () => number;
};

type Published = { readonly flagSet: FlagSet; readonly etag: string };

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
        config: { access: "evaluate", atOnce: (asked) => answerOneAtOnce(deps, asked) },
        schema: {
          summary: "Evaluate one flag (OFREP)",
          tags: ["ofrep"],
          params: z.object({ key: z.string().max(200) }),
          body: z.unknown(),
        },
      },
      async (request, reply) => {
        const { flagSet } = snapshotOf(deps, request);
        const parsed = parseContext(request.body);
        if (!parsed.ok) return reply.code(400).send({ key: request.params.key, ...parsed.failure });
        const { json, errorCode } = evaluateOne(flagSet, request.params.key, parsed.context, deps.nowMs());
        if (errorCode !== undefined) reply.code(statusOf(errorCode));
        return reply.type(JSON_TYPE).send(json);
      },
    );

    app.post(
      "/ofrep/v1/evaluate/flags",
      {
        bodyLimit: CONTEXT_BODY_BYTES_MAX,
        config: { access: "evaluate", atOnce: (asked) => answerAllAtOnce(deps, asked) },
        schema: { summary: "Evaluate every flag (OFREP)", tags: ["ofrep"], body: z.unknown() },
      },
      async (request, reply) => {
        const snapshot = snapshotOf(deps, request);
        const parsed = parseContext(request.body);
        if (!parsed.ok) return reply.code(400).send(parsed.failure);
        const { status, etag, json } = answerAll(snapshot, parsed.context, request.headers, deps.nowMs());
        reply.code(status).header("etag", etag);
        return status === 304 ? reply.send() : reply.type(JSON_TYPE).send(json);
      },
    );
  });
}

/** An error of any kind is the handler's. */
function answerOneAtOnce(
  deps: OfrepDeps,
  { principal, headers, parameter, body }: AskedAtOnce,
): AnswerAtOnce | undefined {
  const snapshot = snapshotAtOnce(deps, principal, headers);
  const parsed = parseContext(body);
  if (!snapshot || !parsed.ok) return undefined;
  const { json, errorCode } = evaluateOne(snapshot.flagSet, parameter, parsed.context, deps.nowMs());
  return errorCode === undefined ? { status: 200, json } : undefined;
}

function answerAllAtOnce(deps: OfrepDeps, { principal, headers, body }: AskedAtOnce): AnswerAtOnce | undefined {
  const snapshot = snapshotAtOnce(deps, principal, headers);
  const parsed = parseContext(body);
  if (!snapshot || !parsed.ok) return undefined;
  return answerAll(snapshot, parsed.context, headers, deps.nowMs());
}

/** Who has the answer already gets it without an evaluation, unless it is the clock's, too. */
function answerAll(
  { flagSet, etag: flagsTag }: Published,
  context: EvaluationContext,
  headers: IncomingHttpHeaders,
  nowMs: number,
): AnswerAtOnce & { readonly etag: string } {
  const known = headers["if-none-match"];
  if (flagSet.readsTime) {
    const json = evaluateAll(flagSet, context, nowMs);
    const etag = tagOf(json);
    return matches(known, etag) ? { status: 304, etag, json: "" } : { status: 200, etag, json };
  }
  // All that an answer follows from. Two contexts have two tags.
  const etag = tagOf(flagsTag + JSON.stringify(context));
  if (matches(known, etag)) return { status: 304, etag, json: "" };
  return { status: 200, etag, json: evaluateAll(flagSet, context, nowMs) };
}

function tagOf(content: string): string {
  return `"${hash("sha1", content, "base64url")}"`;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) ?? false;
}

function snapshotAtOnce(deps: OfrepDeps, principal: Principal, headers: IncomingHttpHeaders): Published | undefined {
  const named = headers[ENVIRONMENT_HEADER];
  const isForbidden = named !== undefined && principal.environment !== null && named !== principal.environment;
  return isForbidden ? undefined : deps.snapshot(environmentOf(principal, named));
}

function snapshotOf(deps: OfrepDeps, request: FastifyRequest): Published {
  const named = request.headers[ENVIRONMENT_HEADER];
  if (typeof named === "string") requireEnvironment(request, named);
  const environment = environmentOf(request.principal, named);
  const snapshot = deps.snapshot(environment);
  if (!snapshot)
    throw new ProblemError(
      "environment-not-found",
      `There is no environment "${environment.slice(0, ENVIRONMENT_SHOWN_CHARACTERS)}".`,
    );
  return snapshot;
}

function environmentOf(principal: Principal, named: string | string[] | undefined): string {
  return principal.environment ?? (typeof named === "string" ? named : ENVIRONMENT_DEFAULT);
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
