import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEnvironment, requireEveryEnvironment } from "../http/authenticate.ts";
import type { DeliveryDeps } from "./deps.ts";
import { reportRoutes } from "./report-routes.ts";
import { deploymentTold, incidentTold } from "./reported.ts";
import {
  reportDeployment,
  reported,
  reportIncident,
  service,
  serviceKey,
  serviceList,
  setServiceBody,
  toldEnvironmentList,
} from "./schemas.ts";
import { readService, readServices, type Service, setService } from "./services.ts";
import { sourceRoutes } from "./source-routes.ts";
import { toldAgain } from "./told-again.ts";
import { readToldEnvironments } from "./told-environments.ts";
import { unmeasuredRoutes } from "./unmeasured-routes.ts";

export async function deliveryRoutes(app: App, deps: DeliveryDeps): Promise<void> {
  tellingRoutes(app, deps);
  serviceRoutes(app, deps);
  sourceRoutes(app, deps);
  unmeasuredRoutes(app, deps);
  reportRoutes(app, deps);
}

function tellingRoutes(app: App, deps: DeliveryDeps): void {
  app.post(
    "/api/v1/deployments",
    {
      config: { access: "report" },
      schema: {
        tags: ["delivery"],
        summary: "Tell of a deployment",
        description: "Told again under the same id, it is corrected: what is left out stays as it was.",
        body: reportDeployment,
        response: { 202: reported },
      },
    },
    async (request, reply) => {
      requireEnvironment(request, request.body.environment);
      const telling = await toldAgain(deps.database.db, deploymentTold(request.body, deps.nowMs()));
      const provenance = { actor: principalActor(request.principal), reason: null };
      const { recorded } = await deps.recordTellings([telling], provenance);
      return reply.code(202).send({ id: telling.subject, isNew: recorded > 0 });
    },
  );

  app.post(
    "/api/v1/incidents",
    {
      config: { access: "report" },
      schema: {
        tags: ["delivery"],
        summary: "Tell of an incident, or that it is resolved",
        description:
          "Told again under the same id, it is corrected: what is left out stays as it was. `resolvedAt: null` opens it again, `isRetracted: true` takes it back.",
        body: reportIncident,
        response: { 202: reported },
      },
    },
    async (request, reply) => {
      requireEnvironment(request, request.body.environment);
      const telling = await toldAgain(deps.database.db, incidentTold(request.body, deps.nowMs()));
      const provenance = { actor: principalActor(request.principal), reason: null };
      const { recorded } = await deps.recordTellings([telling], provenance);
      return reply.code(202).send({ id: telling.subject, isNew: recorded > 0 });
    },
  );
}

function serviceRoutes(app: App, deps: DeliveryDeps): void {
  const params = z.object({ key: serviceKey });

  app.get(
    "/api/v1/services",
    {
      config: { access: "read" },
      schema: { tags: ["delivery"], summary: "List services", response: { 200: serviceList } },
    },
    async ({ principal }) => ({
      items: (await readServices(deps.database.db)).map((each) => toApi(each, principal.environment)),
      next: null,
    }),
  );

  app.get(
    "/api/v1/services/:key",
    {
      config: { access: "read" },
      schema: { tags: ["delivery"], summary: "Show a service", params, response: { 200: service } },
    },
    async ({ params, principal }) => toApi(await readService(deps.database.db, params.key), principal.environment),
  );

  app.get(
    "/api/v1/services/:key/environments",
    {
      config: { access: "read" },
      schema: {
        tags: ["delivery"],
        summary: "Where something was told of a service, and how much",
        description: "The most first. A token for one environment sees that one.",
        params,
        response: { 200: toldEnvironmentList },
      },
    },
    async ({ params, principal }) => {
      const service = toApi(await readService(deps.database.db, params.key), principal.environment);
      const told = await readToldEnvironments(deps.database.db, service);
      return {
        items: told.map(({ lastToldAtMs, ...each }) => ({ ...each, lastToldAt: new Date(lastToldAtMs).toISOString() })),
        next: null,
      };
    },
  );

  app.put(
    "/api/v1/services/:key",
    {
      config: { access: "operate" },
      schema: {
        tags: ["delivery"],
        summary: "Register a service, or say anew what it is",
        params,
        body: setServiceBody,
        response: { 200: service },
      },
    },
    async (request) => {
      requireEveryEnvironment(request, "A service is the same in every environment");
      const { key } = request.params;
      const { name = key, reason = null, ...rest } = request.body;
      const provenance = { actor: principalActor(request.principal), reason };
      await setService(deps.journal, { key, name, ...rest }, provenance);
      return toApi(await readService(deps.database.db, key), null);
    },
  );
}

/** @param only the environment a token is bound to, or `null` for all */
function toApi({ repositories, environments, ...service }: Service, only: string | null) {
  const visible = environments.filter((environment) => only === null || environment === only);
  return { ...service, repositories: [...repositories], environments: visible };
}
