import { existsSync } from "node:fs";
import { extname } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyReply } from "fastify";
import type { App } from "../http/app-type.ts";

export type DashboardDeps = {
  /** The folder that `vite build` wrote. */
  readonly distDir: string;
};

/** Paths that programs call: an unknown one is a problem, never the dashboard's page. */
const PROGRAM_PATHS = ["/api/", "/ofrep/", "/v1/", "/assets/"] as const;

const ONE_YEAR_SECONDS = 31_536_000;

/** Scripts only from here, none inline; Mantine sets styles from its components, so inline styles are allowed. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Serves the built dashboard: hashed assets for ever, its one page for every other path a person opens. */
export async function dashboardRoutes(app: App, deps: DashboardDeps): Promise<void> {
  const isBuilt = existsSync(`${deps.distDir}/index.html`);
  if (isBuilt)
    await app.register(fastifyStatic, { root: deps.distDir, serve: false, index: false, preCompressed: true });

  app.get("/*", { config: { access: "public" }, schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    if (path.startsWith("/assets/") && isBuilt) {
      return reply.sendFile(path.slice(1), { maxAge: ONE_YEAR_SECONDS * 1_000, immutable: true });
    }
    if (PROGRAM_PATHS.some((prefix) => path.startsWith(prefix))) return reply.callNotFound();

    guardPage(reply);
    if (!isBuilt) return reply.type("text/html; charset=utf-8").send(NOT_BUILT_PAGE);
    // Files lie at the top; further down a dot belongs to a flag's key.
    if (path.lastIndexOf("/") === 0 && extname(path) !== "") return reply.sendFile(path.slice(1));
    return reply.header("cache-control", "no-cache").sendFile("index.html", { cacheControl: false });
  });
}

function guardPage(reply: FastifyReply): void {
  reply
    .header("content-security-policy", CONTENT_SECURITY_POLICY)
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "no-referrer")
    .header("cross-origin-opener-policy", "same-origin");
}

const NOT_BUILT_PAGE = `<!doctype html><html lang="en"><title>Steadfast</title><h1>The dashboard is not built</h1>
<p>The server runs; its API is at <a href="/openapi.json">/openapi.json</a>. Build the dashboard with <code>node scripts/run.mjs --prepare</code> and start again.</p></html>`;
