import { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey, json, timestamp } from "../http/schemas.ts";
import type { DeliveryDeps } from "./deps.ts";
import { readGuardDecisions } from "./guard-decisions.ts";
import { keepFacts } from "./kept-facts.ts";
import { toReport } from "./report.ts";
import { deliveryReport } from "./report-schema.ts";
import { serviceKey } from "./schemas.ts";
import { readService } from "./services.ts";
import { factsOf } from "./where-it-runs.ts";

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

/** A trailing quarter: what a team compares itself with. */
const WINDOW_DEFAULT_MS = 90 * 24 * 3_600_000;

/** Ten years: longer than any forge has been asked for. */
const WINDOW_MAX_MS = 3_660 * 24 * 3_600_000;

/** What is known of a service's delivery, and what follows from it. */
export function reportRoutes(app: App, deps: DeliveryDeps): void {
  const { read: readFacts } = keepFacts(deps.database.db);

  app.get(
    "/api/v1/services/:key/delivery",
    {
      config: { access: "read" },
      schema: {
        tags: ["delivery"],
        summary: "The five metrics of a service, its stages, what-ifs and trend",
        description:
          "Made anew from the facts each time. Durations are milliseconds. Definitions: docs/delivery-definitions.md.",
        params: z.object({ key: serviceKey }),
        querystring: z.strictObject({
          environment: environmentKey.default("production"),
          from: timestamp.optional().describe("Deployments from this moment on; default: 90 days before `to`"),
          to: timestamp.optional().describe("… and before this one; default: now"),
        }),
        response: { 200: deliveryReport },
      },
    },
    async (request) => {
      const { environment, from, to } = request.query;
      requireEnvironment(request, environment);
      const toMs = to === undefined ? deps.nowMs() : Date.parse(to);
      const fromMs = from === undefined ? toMs - WINDOW_DEFAULT_MS : Date.parse(from);
      if (fromMs >= toMs || toMs - fromMs > WINDOW_MAX_MS) throw wrongWindow();
      const service = await readService(deps.database.db, request.params.key);
      const facts = await readFacts(await factsOf(deps.database.db, service, environment));
      const guard = await readGuardDecisions(deps.database.db, { service: service.key, environment, fromMs, toMs });
      const report = toReport(facts, { service, environment, fromMs, toMs });
      const totals = { ...report.totals, guardDecisions: guard.total };
      return { ...report, totals, guardDecisions: guard.decisions };
    },
  );

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
      const service = await readService(deps.database.db, request.params.key);
      const { heard: _heard, ...facts } = await readFacts(await factsOf(deps.database.db, service, environment));
      return storedAs<z.infer<typeof deliveryFacts>>(facts);
    },
  );
}

function wrongWindow(): ProblemError {
  const message = "must lie before `to`, at most ten years";
  return new ProblemError("invalid-request", `The window is not valid: \`from\` ${message}.`, {
    faults: [{ path: "query/from", message }],
  });
}
