import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { type AboutDeps, aboutRoute } from "./about.ts";
import type { NotReady } from "./readiness.ts";

export type OperationRoutesDeps = {
  /** What is not ready; empty: all is. */
  readonly readiness: () => Promise<readonly NotReady[]>;
  readonly renderMetrics: () => string;
  readonly about: AboutDeps;
};

const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

const alive = z.object({ status: z.literal("ok") }).meta({ id: "Alive" });
const ready = z.object({ status: z.literal("ready") }).meta({ id: "Ready" });
const notReady = z
  .object({
    status: z.literal("not-ready"),
    notReady: z.array(z.object({ name: z.string(), detail: z.string() })),
  })
  .meta({ id: "NotReady" });

export async function operationRoutes(app: App, deps: OperationRoutesDeps): Promise<void> {
  await aboutRoute(app, deps.about);
  app.get(
    "/healthz",
    {
      config: { access: "public" },
      schema: { tags: ["operations"], summary: "Is the process alive?", response: { 200: alive } },
    },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      config: { access: "public" },
      schema: {
        tags: ["operations"],
        summary: "Can this node take requests?",
        response: { 200: ready, 503: notReady },
      },
    },
    async (_request, reply) => {
      const missing = await deps.readiness();
      reply.header("cache-control", "no-store");
      if (missing.length === 0) return { status: "ready" as const };
      return reply.code(503).send({ status: "not-ready" as const, notReady: [...missing] });
    },
  );

  app.get(
    "/metrics",
    {
      config: { access: "read" },
      schema: {
        tags: ["operations"],
        summary: "This server's own metrics, for Prometheus",
        produces: ["text/plain"],
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => reply.type(PROMETHEUS_TEXT).serializer(String).send(deps.renderMetrics()),
  );
}
