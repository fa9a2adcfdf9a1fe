import type { FastifyRequest } from "fastify";
import { ProblemError } from "./problem.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A cookie travels by itself, so a request with one must not be another site's, as far as the browser tells; and an unsafe
 * one must show that our own page sent it, by a header that a form cannot set.
 *
 * @throws {ProblemError} `csrf-check-failed`
 */
export function refuseForeignPage(request: FastifyRequest, publicUrl: string | undefined): void {
  const { method, headers } = request;
  if (!SAFE_METHODS.has(method) && headers["x-steadfast-csrf"] !== "1") {
    throw refusal("it has no header x-steadfast-csrf: 1");
  }
  refuseForeignSender(request, publicUrl);
}

/**
 * What the browser says of the sender, when it says it. For signing in, too: it sets a cookie.
 *
 * @throws {ProblemError} `csrf-check-failed`
 */
export function refuseForeignSender({ method, headers }: FastifyRequest, publicUrl: string | undefined): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) {
    // A person who opens an address by hand comes from no site; nothing can be written like that.
    if (site === "same-origin" || (site === "none" && SAFE_METHODS.has(method))) return;
    throw refusal(`the browser says it is ${site === "none" ? "nobody's page" : String(site).slice(0, 40)}`);
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
    `The request is for a browser session, but ${why}. Scripts send a token instead: Authorization: Bearer <token>.`,
  );
}
