import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import type { Actor } from "../journal/event.ts";
import { CAPABILITIES_BY_ROLE, type Capability, type Principal } from "./access-rule.ts";
import type { App } from "./app-type.ts";
import { readCookie } from "./cookie.ts";
import { refuseForeignPage } from "./csrf.ts";
import { rememberRoutes } from "./mounted-routes.ts";
import { ProblemError } from "./problem.ts";

export const SESSION_COOKIE = "steadfast_session";

/** Longer than any secret that is made here or given as the admin token. */
const SECRET_CHARACTERS_MAX = 200;

export type AuthenticateDeps = {
  /**
   * Who a secret belongs to, by its SHA-256 (hexadecimal); `undefined`: nobody, revoked, or expired. No promise when memory
   * knows it.
   */
  readonly findPrincipal: (
    via: Principal["via"],
    secretHash: string,
  ) => Principal | undefined | Promise<Principal | undefined>;
  /** The origin people open, when it is not the `Host` that arrives here. */
  readonly publicUrl?: string | undefined;
};

type Credential = { readonly via: Principal["via"]; readonly secret: string };

/**
 * Checks every route's `config.access` before its body is read. A route without one is refused when it is mounted,
 * so call this before any.
 */
export function authenticate(app: App, deps: AuthenticateDeps): void {
  app.decorateRequest("admitted", null);
  app.decorateRequest("principal", {
    getter() {
      if (!this.admitted) throw new Error("a public route has no principal");
      return this.admitted;
    },
  });

  rememberRoutes(app);

  // Without a promise when memory knows the token: this is in the way of every evaluation.
  app.addHook("onRequest", (request, _reply, done) => {
    const access = request.routeOptions.config.access;
    if (request.is404 || access === undefined || access === "public") return done();
    const denial = check(request, access, deps);
    if (denial === undefined) return done();
    // Not at once: what the parser finds wrong right behind the head, as with HTTP/0.9, is told instead.
    Promise.resolve(denial).then(done, done);
  });
}

/**
 * Whom memory knows by the request's token and lets in. That it is nobody is no denial: the hook of `authenticate` finds
 * out why, says so and logs it.
 */
export function admitAtOnce(
  headers: IncomingHttpHeaders,
  access: Capability,
  findInMemory: (secretHash: string) => Principal | undefined,
): Principal | undefined {
  const credential = readCredential(headers);
  if (credential?.via !== "token" || !isPossible(credential.secret)) return undefined;
  const principal = findInMemory(hashSecret(credential.secret));
  return principal && CAPABILITIES_BY_ROLE[principal.role].includes(access) ? principal : undefined;
}

/** @throws {ProblemError} `environment-forbidden` when the token is bound to another environment */
export function requireEnvironment(request: FastifyRequest, environment: string): void {
  const { principal } = request;
  if (principal.environment === null || principal.environment === environment) return;
  const error = new ProblemError(
    "environment-forbidden",
    `The token "${principal.tokenName}" is for ${principal.environment} only. Use a token for ${environment}.`,
  );
  logDenial(request, request.routeOptions.config.access, error);
  throw error;
}

/**
 * For what stands in every environment, or tells of any.
 *
 * @param what for the message, such as "A service is known in every environment"
 * @throws {ProblemError} `environment-forbidden` when the token is bound to one
 */
export function requireEveryEnvironment(request: FastifyRequest, what: string): void {
  const { environment } = request.principal;
  if (environment === null) return;
  const error = new ProblemError(
    "environment-forbidden",
    `${what}, and this token is for ${environment} only. Use a token for all environments.`,
  );
  logDenial(request, request.routeOptions.config.access, error);
  throw error;
}

export function principalActor(principal: Principal): Actor {
  return { kind: "token", id: principal.tokenId, name: principal.tokenName };
}

/** How secrets are stored and looked up: 256 random bits need no salt and no slow hash. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** @returns the denial, which is logged; a promise when the store has to be asked */
function check(
  request: FastifyRequest,
  access: Capability,
  deps: AuthenticateDeps,
): Error | undefined | Promise<Error | undefined> {
  const denied = (error: unknown): Error => {
    if (error instanceof ProblemError) logDenial(request, access, error);
    return error instanceof Error ? error : new Error("a token could not be checked", { cause: error });
  };
  try {
    const { via, secret } = requireCredential(request);
    const found = isPossible(secret) ? deps.findPrincipal(via, hashSecret(secret)) : undefined;
    if (found instanceof Promise) {
      return found.then((principal) => admit(request, access, via, principal, deps)).then(() => undefined, denied);
    }
    admit(request, access, via, found, deps);
    return undefined;
  } catch (error) {
    return denied(error);
  }
}

function requireCredential(request: FastifyRequest): Credential {
  const credential = readCredential(request.headers);
  if (!credential) {
    throw new ProblemError(
      "token-missing",
      "Send a token: Authorization: Bearer <token>, or X-API-Key: <token>. An admin makes one: steadfast token create.",
    );
  }
  return credential;
}

/** @throws {ProblemError} when nobody has the secret, or whoever has it may not do this */
function admit(
  request: FastifyRequest,
  access: Capability,
  via: Principal["via"],
  principal: Principal | undefined,
  deps: AuthenticateDeps,
): void {
  if (!principal) throw unknownCredential(via);
  // Set before the checks below, so that a denial names whose token it was.
  request.admitted = principal;
  if (via === "session") refuseForeignPage(request, deps.publicUrl);
  if (!CAPABILITIES_BY_ROLE[principal.role].includes(access)) {
    throw new ProblemError(
      "role-insufficient",
      `The token "${principal.tokenName}" has the role ${principal.role}, which does not allow this (${access}). Use one of: ${rolesWith(access).join(", ")}.`,
    );
  }
}

function isPossible(secret: string): boolean {
  return secret.length > 0 && secret.length <= SECRET_CHARACTERS_MAX;
}

function readCredential(headers: IncomingHttpHeaders): Credential | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const bearer = /^Bearer +(\S+) *$/i.exec(authorization);
    return { via: "token", secret: bearer?.[1] ?? "" };
  }
  const key = headers["x-api-key"];
  if (typeof key === "string") return { via: "token", secret: key.trim() };
  const session = readCookie(headers.cookie, SESSION_COOKIE);
  return session === undefined ? undefined : { via: "session", secret: session };
}

function unknownCredential(via: Principal["via"]): ProblemError {
  const detail =
    via === "session"
      ? "The session has ended. Sign in again."
      : "The token is not known here, was revoked, or is not written as: Authorization: Bearer <token>, or X-API-Key: <token>. Where both are sent, Authorization counts.";
  return new ProblemError("token-invalid", detail);
}

function rolesWith(access: Capability): string[] {
  return Object.entries(CAPABILITIES_BY_ROLE).flatMap(([role, capabilities]) =>
    capabilities.includes(access) ? [role] : [],
  );
}

/** Never the secret, never the query: a token may have been put there by mistake. */
function logDenial(request: FastifyRequest, access: Capability | undefined, error: ProblemError): void {
  request.log.warn(
    {
      code: error.code,
      method: request.method,
      route: request.routeOptions.url,
      remoteAddress: request.ip,
      access,
      tokenId: request.admitted?.tokenId,
    },
    "denied",
  );
}
