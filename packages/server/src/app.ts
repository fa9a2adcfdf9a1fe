import type { FastifyBaseLogger } from "fastify";
import { accessRoutes } from "./access/routes.ts";
import { backupRoutes } from "./backup/routes.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { deliveryRoutes } from "./delivery/routes.ts";
import { flagRoutes } from "./flags/routes.ts";
import type { App } from "./http/app-type.ts";
import { type AtOnceDeps, answerAtOnce } from "./http/at-once.ts";
import { authenticate } from "./http/authenticate.ts";
import { boundBodies } from "./http/bound-bodies.ts";
import { createApp } from "./http/create-app.ts";
import { describeRoutes } from "./http/describe-routes.ts";
import { keepIdempotentAnswers } from "./http/idempotency.ts";
import { journalRoutes } from "./journal/routes.ts";
import { operationRoutes } from "./operations/routes.ts";
import { cdeventsRoutes } from "./protocols/cdevents/routes.ts";
import { devlakeRoutes } from "./protocols/devlake/routes.ts";
import { importRoutes } from "./protocols/forges/import-routes.ts";
import { forgeRoutes } from "./protocols/forges/routes.ts";
import { ofrepRoutes } from "./protocols/ofrep/routes.ts";
import { cicdRoutes } from "./protocols/otlp/cicd-routes.ts";
import { otlpRoutes } from "./protocols/otlp/routes.ts";
import { rolloutRoutes } from "./rollouts/routes.ts";
import { snapshotRoutes } from "./snapshots/routes.ts";
import { telemetryRoutes } from "./telemetry/routes.ts";

/** What each part of the HTTP surface needs, by its name. */
export type AppDeps = {
  readonly logger: FastifyBaseLogger;
  /** Whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[] | undefined;
  readonly authenticate: Parameters<typeof authenticate>[1];
  /** Absent: every request goes through Fastify and its hooks. */
  readonly atOnce: Omit<AtOnceDeps, "bodies"> | undefined;
  readonly idempotency: Parameters<typeof keepIdempotentAnswers>[1];
  readonly access: Parameters<typeof accessRoutes>[1];
  readonly backup: Parameters<typeof backupRoutes>[1];
  readonly dashboard: Parameters<typeof dashboardRoutes>[1];
  readonly delivery: Parameters<typeof deliveryRoutes>[1];
  readonly flags: Parameters<typeof flagRoutes>[1];
  /** CDEvents, DevLake, spans of CI/CD and imports: they come with a token, and what they tell is recorded alike. */
  readonly toldBy: Parameters<typeof cdeventsRoutes>[1] &
    Parameters<typeof devlakeRoutes>[1] &
    Parameters<typeof cicdRoutes>[1] &
    Parameters<typeof importRoutes>[1];
  readonly forges: Parameters<typeof forgeRoutes>[1];
  readonly journal: Parameters<typeof journalRoutes>[1];
  readonly ofrep: Parameters<typeof ofrepRoutes>[1];
  readonly operations: Parameters<typeof operationRoutes>[1];
  readonly otlp: Parameters<typeof otlpRoutes>[1];
  readonly rollouts: Parameters<typeof rolloutRoutes>[1];
  readonly snapshots: Parameters<typeof snapshotRoutes>[1];
  readonly telemetry: Parameters<typeof telemetryRoutes>[1];
  /** Hooks that see every request: metrics, tracing. */
  readonly observe: (app: App) => void;
};

/** Mounts every noun. Nothing is opened or started here. */
export async function buildApp(deps: AppDeps): Promise<App> {
  const isHttps = deps.authenticate.publicUrl?.startsWith("https:") ?? false;
  const app = createApp({ logger: deps.logger, isHttps, trustedProxies: deps.trustedProxies });
  authenticate(app, deps.authenticate);
  const bodies = boundBodies(app);
  if (deps.atOnce) answerAtOnce(app, { ...deps.atOnce, bodies });
  keepIdempotentAnswers(app, deps.idempotency);
  deps.observe(app);
  await describeRoutes(app);

  await operationRoutes(app, deps.operations);
  await backupRoutes(app, deps.backup);
  await accessRoutes(app, deps.access);
  await flagRoutes(app, deps.flags);
  await rolloutRoutes(app, deps.rollouts);
  await snapshotRoutes(app, deps.snapshots);
  await telemetryRoutes(app, deps.telemetry);
  await deliveryRoutes(app, deps.delivery);
  await forgeRoutes(app, deps.forges);
  await cdeventsRoutes(app, deps.toldBy);
  await devlakeRoutes(app, deps.toldBy);
  await importRoutes(app, deps.toldBy);
  await journalRoutes(app, deps.journal);
  await ofrepRoutes(app, deps.ofrep);
  await otlpRoutes(app, deps.otlp);
  await cicdRoutes(app, deps.toldBy);
  let description: string | undefined;
  app.get(
    "/openapi.json",
    { config: { access: "public" }, schema: { summary: "This document", tags: ["operations"] } },
    // Written once: anybody may ask for it, and it is large.
    async (_request, reply) => {
      description ??= JSON.stringify(app.swagger());
      return reply.type("application/json; charset=utf-8").serializer(String).send(description);
    },
  );
  await dashboardRoutes(app, deps.dashboard);
  return app;
}
