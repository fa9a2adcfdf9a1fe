import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { environmentKey, flagKey } from "../http/schemas.ts";
import { readContextKeys, readFlagFacets } from "./list.ts";
import { checkFlagBody, contextKeys, evaluateFlagBody, flagCheck, flagEvaluation, flagFacets } from "./schemas.ts";
import { checkFlag, tryFlag } from "./try.ts";

const inEnvironment = z.object({ environment: environmentKey, key: flagKey });

/** What helps a person to write targeting; nothing here writes. */
export function tryRoutes(app: App, deps: { readonly database: Database; readonly nowMs: () => number }): void {
  const { db } = deps.database;

  app.post(
    "/api/v1/environments/:environment/flags/:key/evaluate",
    {
      config: { access: "read" },
      schema: {
        summary: "Try a context: the variant, the reason and the rule that matched",
        description: "Of what is published now, or of a draft. Nothing is stored or counted.",
        tags: ["flags"],
        params: inEnvironment,
        body: evaluateFlagBody,
        response: { 200: flagEvaluation },
      },
    },
    async (request) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const { context, definition } = request.body;
      return tryFlag(db, { environment, key }, { context, definition }, deps.nowMs());
    },
  );

  app.post(
    "/api/v1/environments/:environment/flags/:key/check",
    {
      config: { access: "read" },
      schema: {
        summary: "Check a definition without writing it",
        description: "Faults, warnings, what would be refused now and what would change; by the rules of writing.",
        tags: ["flags"],
        params: inEnvironment,
        body: checkFlagBody,
        response: { 200: flagCheck },
      },
    },
    async (request) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      return checkFlag(db, { environment, key }, request.body.definition);
    },
  );

  app.get(
    "/api/v1/environments/:environment/context-keys",
    {
      config: { access: "read" },
      schema: {
        summary: "Attributes that targeting looks at",
        tags: ["flags"],
        params: z.object({ environment: environmentKey }),
        response: { 200: contextKeys },
      },
    },
    async (request) => {
      requireEnvironment(request, request.params.environment);
      return readContextKeys(db, request.params.environment);
    },
  );

  app.get(
    "/api/v1/flag-facets",
    {
      config: { access: "read" },
      schema: { summary: "Owners and services of flags", tags: ["flags"], response: { 200: flagFacets } },
    },
    async () => readFlagFacets(db),
  );
}
