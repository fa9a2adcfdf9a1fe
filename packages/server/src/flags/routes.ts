import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEnvironment } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey, flagKey } from "../http/schemas.ts";
import { flagStream } from "./projection.ts";
import { readFlag, readFlagState, readFlags, readStateRow, toFlagVersion } from "./read.ts";
import {
  createFlagBody,
  flag,
  flagPage,
  flagState,
  flagVersion,
  flagVersionPage,
  restoreFlagBody,
  switchOffBody,
  writeFlagBody,
} from "./schemas.ts";
import { changeFlag, createFlag, type FlagWriteDeps, restoreFlag, switchOffFlag, versionNotFound } from "./write.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 500;

const inEnvironment = z.object({ environment: environmentKey, key: flagKey });
const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT);

export async function flagRoutes(app: App, deps: FlagWriteDeps & { readonly database: Database }): Promise<void> {
  const { db } = deps.database;

  app.get(
    "/api/v1/flags",
    {
      config: { access: "read" },
      schema: {
        summary: "List flags",
        tags: ["flags"],
        querystring: z.object({
          search: z.string().max(100).default(""),
          after: z.string().max(128).default(""),
          limit,
        }),
        response: { 200: flagPage },
      },
    },
    async (request) => readFlags(db, { ...request.query, environment: request.principal.environment }),
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
      const { key, description, owner, service, reason, ...definition } = request.body;
      if (request.principal.environment !== null)
        throw new ProblemError(
          "environment-forbidden",
          `A flag is created in every environment, and this token is for ${request.principal.environment} only. Use a token for all environments.`,
        );
      const provenance = { actor: principalActor(request.principal), reason: reason ?? null };
      await createFlag(deps, { key, description, owner, service, definition }, provenance);
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

function versionRoutes(app: App, deps: FlagWriteDeps & { readonly database: Database }): void {
  const { journal, database } = deps;

  app.get(
    "/api/v1/environments/:environment/flags/:key/versions",
    {
      config: { access: "read" },
      schema: {
        summary: "A flag's history, newest first",
        tags: ["flags"],
        params: inEnvironment,
        querystring: z.object({
          after: z.coerce.number().int().min(1).optional().describe("Versions before this one"),
          limit,
        }),
        response: { 200: flagVersionPage },
      },
    },
    async (request) => {
      const { environment, key } = request.params;
      requireEnvironment(request, environment);
      const { version } = await readStateRow(database.db, environment, key);
      const newest = Math.min(version, (request.query.after ?? version + 1) - 1);
      const oldest = Math.max(1, newest - request.query.limit + 1);
      const events = await journal.readStream(flagStream(environment, key), {
        afterVersion: Math.max(0, oldest - 2),
        limit: newest - Math.max(0, oldest - 2),
      });
      const byVersion = new Map(events.map((event) => [event.version, event]));
      const items = events
        .filter((event) => event.version >= oldest && event.version <= newest)
        .map((event) => toFlagVersion(event, byVersion.get(event.version - 1)))
        .reverse();
      return { items, next: oldest > 1 ? String(oldest) : null };
    },
  );

  app.get(
    "/api/v1/environments/:environment/flags/:key/versions/:version",
    {
      config: { access: "read" },
      schema: {
        summary: "One version of a flag, with its differences",
        tags: ["flags"],
        params: inEnvironment.extend({ version: z.coerce.number().int().min(1) }),
        querystring: z.object({
          against: z.coerce.number().int().min(1).optional().describe("Default: the version before"),
        }),
        response: { 200: flagVersion },
      },
    },
    async (request) => {
      const { environment, key, version } = request.params;
      requireEnvironment(request, environment);
      await readStateRow(database.db, environment, key);
      const stream = flagStream(environment, key);
      const readVersion = async (wanted: number) =>
        (await journal.readStream(stream, { afterVersion: wanted - 1, limit: 1 }))[0];
      const event = await readVersion(version);
      if (!event) throw versionNotFound(key, version);
      const against = request.query.against ?? version - 1;
      const before = against > 0 ? await readVersion(against) : undefined;
      if (request.query.against && !before) throw versionNotFound(key, against);
      return toFlagVersion(event, before);
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
