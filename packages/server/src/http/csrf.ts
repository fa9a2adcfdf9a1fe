import type { FastifyRequest } from "fastify";
import { ProblemError } from "./problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A cookie travels by itself, so an unsafe request with one must show that our own page sent it: by a header that
 * a form cannot set, and by what the browser says of the sender, when it says it.
 *
 * @throws {ProblemError} `csrf-check-failed`
 */
export function refuseForeignPage(request: FastifyRequest, publicUrl: string | undefined): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { headers } = request;
  if (headers["x-steadfast-csrf"] !== "1") throw refusal("it has no header x-steadfast-csrf: 1");
  const site = headers["sec-fetch-site"];
  if (site !== undefined) {
    if (site !== "same-origin") throw refusal(`the browser says it is ${String(site)}`);
    return;
  }
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, headers.host, publicUrl)) {
    throw refusal("the browser says it came from another origin");
  }
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const sender = new URL(origin);
  if (publicUrl !== undefined && sender.origin === new URL(publicUrl).origin) return true;
  return sender.host === host;
}

function refusal(why: string): ProblemError {
  return new ProblemError(
    "csrf-check-failed",
    `The request carries a browser session, but ${why}. Scripts send a token instead: Authorization: Bearer <token>.`,
  );
}
