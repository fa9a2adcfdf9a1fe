import type { Capability } from "./access-rule.ts";
import type { App } from "./app-type.ts";

/** A year. Sent only where people come by https, so that their browsers never try without it. */
const HSTS = "max-age=31536000";

/** What an answer that is no page may do in a browser: nothing. The dashboard's pages say their own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** On every answer. */
export const GUARD_HEADERS = { "x-content-type-options": "nosniff" } as const;

/** Programs ask these all the time, never a browser's address line: a type that is what it says is enough. */
const HOT: ReadonlySet<Capability | undefined> = new Set<Capability>(["evaluate", "report"]);

/**
 * Puts on every answer what keeps a browser from making something else of it: no guessing of types, no frames, no
 * scripts, no referrer, no reading from another site, and nothing kept that a token was needed for. A route may say better.
 */
export function guardAnswers(app: App, options: { readonly isHttps: boolean }): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-content-type-options", "nosniff");
    const { access } = request.routeOptions.config;
    if (!HOT.has(access)) {
      reply.header("content-security-policy", NOTHING);
      reply.header("referrer-policy", "no-referrer");
      reply.header("cross-origin-resource-policy", "same-origin");
      if (access !== "public" || request.method !== "GET") reply.header("cache-control", "no-store");
      if (options.isHttps) reply.header("strict-transport-security", HSTS);
    }
    done();
  });
}
