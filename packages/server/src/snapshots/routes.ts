import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey } from "../http/schemas.ts";
import { acknowledge, INSTANCES_MAX, readInstances, summariseInstances } from "./instances.ts";
import { appliedBody, instanceList } from "./schemas.ts";
import type { Snapshot, Snapshots } from "./snapshots.ts";

export type SnapshotDeps = {
  readonly database: Database;
  readonly snapshots: Snapshots;
  readonly nowMs: () => number;
  readonly onApplied: (environment: string, lagMs: number) => void;
};

const inEnvironment = z.object({ environment: environmentKey });

export async function snapshotRoutes(app: App, deps: SnapshotDeps): Promise<void> {
  app.get(
    "/api/v1/environments/:environment/snapshot",
    {
      config: { access: "evaluate" },
      schema: {
        summary: "What providers evaluate: flagd JSON",
        tags: ["snapshots"],
        params: inEnvironment,
        headers: z.object({ "if-none-match": z.string().optional() }),
      },
    },
    async (request, reply) => {
      const { environment } = request.params;
      requireEnvironment(request, environment);
      const snapshot = snapshotOf(deps.snapshots, environment);
      reply.header("etag", snapshot.etag).header("cache-control", "no-cache");
      if (matches(request.headers["if-none-match"], snapshot.etag)) return reply.code(304).send();
      return reply.type("application/json; charset=utf-8").send(snapshot.json);
    },
  );

  app.get(
    "/api/v1/environments/:environment/snapshot/stream",
    {
      config: { access: "evaluate" },
      schema: {
        summary: "The snapshot, and each new one (server-sent events)",
        tags: ["snapshots"],
        params: inEnvironment,
      },
    },
    async (request, reply) => {
      const { environment } = request.params;
      requireEnvironment(request, environment);
      const snapshot = snapshotOf(deps.snapshots, environment);
      deps.snapshots.stream(environment)?.add(request, reply, snapshot.frame);
      return reply;
    },
  );

  app.post(
    "/api/v1/environments/:environment/snapshot/applied",
    {
      config: { access: "evaluate" },
      schema: {
        summary: "Say which snapshot an instance applied",
        tags: ["snapshots"],
        params: inEnvironment,
        body: appliedBody,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { environment } = request.params;
      requireEnvironment(request, environment);
      snapshotOf(deps.snapshots, environment);
      const lagMs = await acknowledge(deps.database, { environment, ...request.body }, deps.nowMs());
      if (lagMs !== null) deps.onApplied(environment, lagMs);
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/api/v1/environments/:environment/instances",
    {
      config: { access: "read" },
      schema: {
        summary: "Who has applied which snapshot, and how fast",
        tags: ["snapshots"],
        params: inEnvironment,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(INSTANCES_MAX).default(INSTANCES_MAX) }),
        response: { 200: instanceList },
      },
    },
    async (request) => {
      const { environment } = request.params;
      requireEnvironment(request, environment);
      const { version } = snapshotOf(deps.snapshots, environment);
      const query = { environment, currentVersion: version, limit: request.query.limit };
      const nowMs = deps.nowMs();
      return {
        items: await readInstances(deps.database, query, nowMs),
        currentVersion: version,
        summary: await summariseInstances(deps.database, query, nowMs),
      };
    },
  );
}

function snapshotOf(snapshots: Snapshots, environment: string): Snapshot {
  const snapshot = snapshots.get(environment);
  if (!snapshot)
    throw new ProblemError(
      "environment-not-found",
      `There is no environment "${environment}". List them: GET /api/v1/environments.`,
    );
  return snapshot;
}

/** RFC 9110: a list of entity tags, weak ones compare equal here. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
