import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEnvironment } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey, flagKey } from "../http/schemas.ts";
import { FLAG_SORTS, FLAG_STATES, readFlags } from "./list.ts";
import { readFlag, readFlagState, readStateRow } from "./read.ts";
import { createFlagBody, flag, flagPage, flagState, restoreFlagBody, switchOffBody, writeFlagBody } from "./schemas.ts";
import { tryRoutes } from "./try-routes.ts";
import { versionRoutes } from "./version-routes.ts";
import { changeFlag, createFlag, type FlagWriteDeps, restoreFlag, switchOffFlag } from "./write.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 500;

const inEnvironment = z.object({ environment: environmentKey, key: flagKey });
const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT);

const listQuery = z.object({
  search: z.string().max(100).default("").describe("Part of a key, a description, an owner or a service"),
  owner: z.string().max(100).optional(),
  service: z.string().max(100).optional(),
  state: z.enum(FLAG_STATES).optional().describe("How it stands in the environment, or in any"),
  environment: environmentKey.optional().describe("Whose state and last change count; default: any"),
  sort: z.enum(FLAG_SORTS).default("key").describe("changed: the newest first"),
  // A cursor holds a name of 100 characters and a key of 128, four bytes each at most and base64 over them: 1,232.
  after: z.string().max(1_300).default(""),
  limit,
});

export type FlagRouteDeps = FlagWriteDeps & { readonly database: Database; readonly nowMs: () => number };

export async function flagRoutes(app: App, deps: FlagRouteDeps): Promise<void> {
  const { db } = deps.database;

  app.get(
    "/api/v1/flags",
    {
      config: { access: "read" },
      schema: {
        summary: "List flags",
        tags: ["flags"],
        querystring: listQuery,
        response: { 200: flagPage },
      },
    },
    async (request) => {
      const { environment: wanted, ...query } = request.query;
      if (wanted !== undefined) requireEnvironment(request, wanted);
      return readFlags(db, { ...query, in: wanted, environment: request.principal.environment });
    },
  );

  app.post(
    "/api/v1/flags",
    {
      config: { access: "operate" },
      schema: {
        summary: "Create a flag in every environment",
        tags: ["flags"],
        body: createFlagBody,
        response: { 201: flag },
      },
    },
    async (request, reply) => {
      const { key, description, owner, service, reason, environments = {}, ...definition } = request.body;
      if (request.principal.environment !== null)
        throw new ProblemError(
          "environment-forbidden",
          `A flag is created in every environment, and this token is for ${request.principal.environment} only. Use a token for all environments.`,
        );
      const provenance = { actor: principalActor(request.principal), reason: reason ?? null };
      await createFlag(deps, { key, description, owner, service, definition, environments }, provenance);
      return reply.code(201).send(await readFlag(db, key, null));
    },
  );

  app.get(
    "/api/v1/flags/:key",
    {
      config: { access: "read" },
      schema: { summary: "Show a flag", tags: ["flags"], params: z.object({ key: flagKey }), response: { 200: flag } },
    },
    async (request) => readFlag(db, request.params.key, request.principal.environment),
  );

  app.get(
    "/api/v1/environments/:environment/flags/:key",
    {
      config: { access: "read" },
      schema: {
        summary: "Show a flag in an environment",
        tags: ["flags"],
        params: inEnvironment,
        response: { 200: flagState },
      },
    },
    async (request, reply) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const state = await readFlagState(db, environment, key);
      return reply.header("etag", `"${state.version}"`).send(state);
    },
  );

  writeRoutes(app, deps);
  tryRoutes(app, deps);
  versionRoutes(app, deps);
}

function writeRoutes(app: App, deps: FlagWriteDeps & { readonly database: Database }): void {
  const { db } = deps.database;

  app.put(
    "/api/v1/environments/:environment/flags/:key",
    {
      config: { access: "operate" },
      schema: {
        summary: "Change a flag in an environment",
        description:
          "Needs `If-Match` with the version you read, so that nobody's change is lost. What is left out stays.",
        tags: ["flags"],
        params: inEnvironment,
        headers: z.object({ "if-match": z.string().optional() }),
        body: writeFlagBody,
        response: { 200: flagState },
      },
    },
    async (request, reply) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const expectedVersion = parseIfMatch(request.headers["if-match"]);
      if (expectedVersion === undefined) {
        const { version } = await readStateRow(db, environment, key);
        throw new ProblemError(
          "precondition-required",
          `Say which version you change: send the header If-Match: "${version}" after you have read that version.`,
        );
      }
      const { reason, ...patch } = request.body;
      await changeFlag(deps, { environment, key, expectedVersion }, patch, {
        actor: principalActor(request.principal),
        reason,
      });
      const state = await readFlagState(db, environment, key);
      return reply.header("etag", `"${state.version}"`).send(state);
    },
  );

  app.post(
    "/api/v1/environments/:environment/flags/:key/off",
    {
      config: { access: "operate" },
      schema: {
        summary: "Switch a flag off at once",
        description:
          "The kill switch: everyone gets the code's default; a rollout of the flag stops. Needs no version.",
        tags: ["flags"],
        params: inEnvironment,
        body: switchOffBody,
        response: { 200: flagState },
      },
    },
    async (request) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const provenance = { actor: principalActor(request.principal), reason: request.body.reason };
      await switchOffFlag(deps, { environment, key }, provenance);
      return readFlagState(db, environment, key);
    },
  );

  app.post(
    "/api/v1/environments/:environment/flags/:key/restore",
    {
      config: { access: "operate" },
      schema: {
        summary: "Restore an earlier version of a flag",
        tags: ["flags"],
        params: inEnvironment,
        headers: z.object({ "if-match": z.string().optional() }),
        body: restoreFlagBody,
        response: { 200: flagState },
      },
    },
    async (request, reply) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const expectedVersion = parseIfMatch(request.headers["if-match"]) ?? "any";
      const provenance = { actor: principalActor(request.principal), reason: request.body.reason };
      await restoreFlag(deps, { environment, key, expectedVersion }, request.body.version, provenance);
      const state = await readFlagState(db, environment, key);
      return reply.header("etag", `"${state.version}"`).send(state);
    },
  );
}

/** `"3"`, `W/"3"` or `3`; `*` matches any version. */
function parseIfMatch(header: string | undefined): number | "any" | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === "*") return "any";
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim());
  if (!match)
    throw new ProblemError(
      "invalid-request",
      `If-Match is a version in quotes, such as "3"; this is ${JSON.stringify(header.slice(0, 60))}.`,
    );
  return Number(match[1]);
}
