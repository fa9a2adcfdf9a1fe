import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { environmentKey, flagKey } from "../http/schemas.ts";
import type { Journal } from "../journal/journal.ts";
import { flagStream } from "./projection.ts";
import { readStateRow, toFlagVersion } from "./read.ts";
import { flagVersion, flagVersionPage } from "./schemas.ts";
import { versionNotFound } from "./write.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 500;

const inEnvironment = z.object({ environment: environmentKey, key: flagKey });
const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT);

/** A flag's history: every version with what it changed. */
export function versionRoutes(app: App, deps: { readonly journal: Journal; readonly database: Database }): void {
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
