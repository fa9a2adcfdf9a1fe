import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Principal } from "../http/access-rule.ts";
import type { App } from "../http/app-type.ts";
import { hashSecret, principalActor, requireEnvironment, SESSION_COOKIE } from "../http/authenticate.ts";
import { formatCookie, readCookie } from "../http/cookie.ts";
import { refuseForeignSender } from "../http/csrf.ts";
import { ProblemError } from "../http/problem.ts";
import { endStreamsOfSession, endStreamsOfToken } from "../http/server-sent-events.ts";
import { createEnvironment, type EnvironmentDeps, readEnvironments } from "./environments.ts";
import type { Principals } from "./principals.ts";
import {
  createdToken,
  createEnvironmentBody,
  createTokenBody,
  environment,
  environmentList,
  me,
  signInBody,
  tokenList,
} from "./schemas.ts";
import { createSession, deleteSession, SESSION_AGE_MS } from "./sessions.ts";
import { createSignInLimit } from "./sign-in-limit.ts";
import { toApiToken } from "./to-api-token.ts";
import { createToken, readTokens, revokeToken, type TokenDeps } from "./tokens.ts";

/** A token of at most 200 characters, each six bytes when escaped, and its name. */
const SIGN_IN_BODY_BYTES_MAX = 2_048;

export type AccessDeps = EnvironmentDeps &
  TokenDeps & {
    readonly database: Database;
    readonly principals: Principals;
    readonly nowMs: () => number;
    readonly publicUrl?: string | undefined;
  };

export async function accessRoutes(app: App, deps: AccessDeps): Promise<void> {
  deps.principals.onRevoked((tokenId) => endStreamsOfToken(app.server, tokenId));
  sessionRoutes(app, deps);
  environmentRoutes(app, deps);
  tokenRoutes(app, deps);
}

function sessionRoutes(app: App, deps: AccessDeps): void {
  const isSecure = (request: FastifyRequest) =>
    request.protocol === "https" || deps.publicUrl?.startsWith("https:") === true;
  const limit = createSignInLimit(deps.nowMs);

  app.post(
    "/api/v1/session",
    {
      config: { access: "public" },
      bodyLimit: SIGN_IN_BODY_BYTES_MAX,
      schema: { summary: "Sign a browser in", tags: ["access"], body: signInBody, response: { 200: me } },
    },
    async (request, reply) => {
      refuseForeignSender(request, deps.publicUrl);
      const secretHash = hashSecret(request.body.token.trim());
      const principal = await limit.run(request.ip, async () => deps.principals.find("token", secretHash));
      if (!principal) {
        request.log.warn({ code: "token-invalid", route: "/api/v1/session", remoteAddress: request.ip }, "denied");
        throw new ProblemError("token-invalid", "The token is not known here, or was revoked. Check that it is whole.");
      }
      // A new session for whoever signs in: one that somebody planted before, or left behind, ends here.
      const before = readCookie(request.headers.cookie, SESSION_COOKIE);
      if (before !== undefined) {
        await deleteSession(deps.database.db, before);
        endStreamsOfSession(app.server, hashSecret(before));
      }
      const secret = await createSession(deps.database, principal.tokenId, deps.nowMs());
      const cookie = formatCookie(SESSION_COOKIE, secret, {
        maxAgeSeconds: SESSION_AGE_MS / 1_000,
        isSecure: isSecure(request),
      });
      return reply.header("set-cookie", cookie).send(toMe({ ...principal, via: "session" }));
    },
  );

  app.delete(
    "/api/v1/session",
    {
      config: { access: "signed-in" },
      schema: { summary: "Sign the browser out", tags: ["access"], response: { 204: z.null() } },
    },
    async (request, reply) => {
      const secret = readCookie(request.headers.cookie, SESSION_COOKIE);
      if (secret !== undefined && request.principal.via === "session") await deleteSession(deps.database.db, secret);
      if (request.principal.session) endStreamsOfSession(app.server, request.principal.session.id);
      const cookie = formatCookie(SESSION_COOKIE, "", { maxAgeSeconds: 0, isSecure: isSecure(request) });
      return reply.header("set-cookie", cookie).code(204).send(null);
    },
  );

  app.get(
    "/api/v1/me",
    {
      config: { access: "signed-in" },
      schema: { summary: "Whose token this is", tags: ["access"], response: { 200: me } },
    },
    async (request) => toMe(request.principal),
  );
}

function environmentRoutes(app: App, deps: AccessDeps): void {
  app.get(
    "/api/v1/environments",
    {
      config: { access: "read" },
      schema: { summary: "List environments", tags: ["access"], response: { 200: environmentList } },
    },
    async (request) => {
      const rows = await readEnvironments(deps.database.db, request.principal.environment);
      return { items: rows.map(toEnvironment) };
    },
  );

  app.post(
    "/api/v1/environments",
    {
      config: { access: "administer" },
      schema: {
        summary: "Create an environment",
        tags: ["access"],
        body: createEnvironmentBody,
        response: { 201: environment },
      },
    },
    async (request, reply) => {
      const { reason = null, ...wanted } = request.body;
      requireEnvironment(request, wanted.key);
      const row = await createEnvironment(deps, wanted, { actor: principalActor(request.principal), reason });
      return reply.code(201).send(toEnvironment(row));
    },
  );
}

function tokenRoutes(app: App, deps: AccessDeps): void {
  app.get(
    "/api/v1/tokens",
    {
      config: { access: "administer" },
      schema: { summary: "List tokens, newest first", tags: ["access"], response: { 200: tokenList } },
    },
    async (request) => {
      const rows = await readTokens(deps.database.db, request.principal.environment);
      return { items: rows.map(toApiToken) };
    },
  );

  app.post(
    "/api/v1/tokens",
    {
      // The answer is a secret: it is not kept for a second request, which makes a second token.
      config: { access: "administer", isIdempotencyKept: false },
      schema: {
        summary: "Create a token",
        description: "The secret is in this answer only.",
        tags: ["access"],
        body: createTokenBody,
        response: { 201: createdToken },
      },
    },
    async (request, reply) => {
      const { name, role, environment = null } = request.body;
      refuseWiderThan(request.principal, environment);
      const provenance = { actor: principalActor(request.principal), reason: null };
      const { row, secret } = await createToken(deps, { name, role, environment }, provenance);
      deps.principals.forget();
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...toApiToken(row), token: secret });
    },
  );

  app.delete(
    "/api/v1/tokens/:id",
    {
      config: { access: "administer" },
      schema: {
        summary: "Revoke a token",
        tags: ["access"],
        params: z.object({ id: z.string().max(100) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { principal } = request;
      const provenance = { actor: principalActor(principal), reason: null };
      await revokeToken(deps, request.params.id, principal.environment, provenance);
      deps.principals.forget(request.params.id);
      endStreamsOfToken(app.server, request.params.id);
      return reply.code(204).send(null);
    },
  );
}

/** A token of one environment must not make one that reaches further than itself. */
function refuseWiderThan(principal: Principal, environment: string | null): void {
  if (principal.environment === null || principal.environment === environment) return;
  throw new ProblemError(
    "environment-forbidden",
    `The token "${principal.tokenName}" is for ${principal.environment} only, so it makes tokens for ${principal.environment} only.`,
  );
}

function toMe(principal: Principal) {
  const { tokenId, tokenName, role, environment, via } = principal;
  return { tokenId, name: tokenName, role, environment, via };
}

function toEnvironment(row: Tables["environment"]) {
  return { key: row.key, name: row.name, createdAt: new Date(row.created_at_ms).toISOString() };
}
