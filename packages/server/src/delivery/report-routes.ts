import { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { environmentKey, json } from "../http/schemas.ts";
import type { DeliveryDeps } from "./deps.ts";
import { readDeliveryFacts } from "./read.ts";
import { serviceKey } from "./schemas.ts";
import { readService } from "./services.ts";

const deliveryFacts = z
  .object({
    commits: z.array(json),
    changes: z.array(json),
    deployments: z.array(json),
    incidents: z.array(json),
    pipelineRuns: z.array(json),
    testRuns: z.array(json),
    sources: z.array(json),
  })
  .meta({ id: "DeliveryFacts" });

/** What is known of a service's delivery, and what follows from it. */
export function reportRoutes(app: App, deps: DeliveryDeps): void {
  app.get(
    "/api/v1/services/:key/facts",
    {
      config: { access: "read" },
      schema: {
        tags: ["delivery"],
        summary: "Everything that was told of a service's delivery, as facts",
        params: z.object({ key: serviceKey }),
        querystring: z.strictObject({ environment: environmentKey.default("production") }),
        response: { 200: deliveryFacts },
      },
    },
    async (request) => {
      const { environment } = request.query;
      requireEnvironment(request, environment);
      const { key, repositories } = await readService(deps.database.db, request.params.key);
      const facts = await readDeliveryFacts(deps.database.db, { service: key, environment, repositories });
      return storedAs<z.infer<typeof deliveryFacts>>(facts);
    },
  );
}
