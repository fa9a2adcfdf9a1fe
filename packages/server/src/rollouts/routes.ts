import type { FastifyRequest } from "fastify";
import type { Kysely } from "kysely";
import { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEnvironment } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey, flagKey } from "../http/schemas.ts";
import { actionRoutes, type RolloutRouteDeps } from "./action-routes.ts";
import { previewRoutes } from "./preview-routes.ts";
import { rolloutStream } from "./projection.ts";
import { isoOrNull, loadRollout, queryRollouts, readTicks, toDecisionRecord } from "./read.ts";
import { decisionPage, rollout, rolloutPage, rolloutRecord, rolloutStateName, startRolloutBody } from "./schemas.ts";
import { seriesRoutes } from "./series-routes.ts";
import { requestRollout } from "./start.ts";
import { ticksKeptUntilMs } from "./tick-retention.ts";

const PAGE_DEFAULT = 50;
const PAGE_MAX = 500;
/** A tick is about 300 bytes without latency and 2 kB with it. */
const TICKS_MAX = 2_000;

const rolloutParams = z.object({ id: z.string().max(60).describe("rol_…") });
const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT);

export async function rolloutRoutes(app: App, deps: RolloutRouteDeps): Promise<void> {
  const { db } = deps.database;

  app.post(
    "/api/v1/rollouts",
    {
      config: { access: "operate" },
      schema: {
        summary: "Start a rollout",
        description:
          "It starts at once, or waits in the queue while another of the flag or of its service is in flight.",
        tags: ["rollouts"],
        body: startRolloutBody,
        response: { 201: rollout },
      },
    },
    async (request, reply) => {
      requireEnvironment(request, request.body.environment);
      const provenance = { actor: principalActor(request.principal), reason: request.body.reason };
      const id = await requestRollout(deps, request.body, provenance);
      return reply.code(201).send(await deps.live.show(await loadRollout(db, id)));
    },
  );

  app.get(
    "/api/v1/rollouts",
    {
      config: { access: "read" },
      schema: {
        summary: "List rollouts, newest first",
        tags: ["rollouts"],
        querystring: z.object({
          environment: environmentKey.optional(),
          flag: flagKey.optional(),
          state: rolloutStateName.optional(),
          active: z.stringbool().optional().describe("true: queued, running, paused, or completed and watched"),
          after: z.string().max(60).optional(),
          limit,
        }),
        response: { 200: rolloutPage },
      },
    },
    async (request) => {
      const { query } = request;
      if (query.environment !== undefined) await requireKnownEnvironment(db, request, query.environment);
      const { states, next } = await queryRollouts(db, {
        environment: query.environment ?? request.principal.environment ?? undefined,
        flag: query.flag,
        state: query.state,
        active: query.active,
        after: query.after,
        limit: query.limit,
      });
      return { items: await deps.live.showAll(states), next };
    },
  );

  app.get(
    "/api/v1/rollouts/stream",
    {
      config: { access: "read" },
      schema: {
        summary: "All active rollouts and those of the last hour, live (server-sent events)",
        tags: ["rollouts"],
        querystring: z.object({ environment: environmentKey.optional() }),
      },
    },
    async (request, reply) => {
      const environment = request.query.environment ?? request.principal.environment;
      if (environment !== null) await requireKnownEnvironment(db, request, environment);
      await deps.live.streamList(environment, request, reply);
      return reply;
    },
  );

  app.get(
    "/api/v1/rollouts/:id",
    {
      config: { access: "read" },
      schema: { summary: "Show a rollout", tags: ["rollouts"], params: rolloutParams, response: { 200: rollout } },
    },
    async (request) => {
      const state = await loadRollout(db, request.params.id);
      requireEnvironment(request, state.environment);
      return deps.live.show(state);
    },
  );

  app.get(
    "/api/v1/rollouts/:id/stream",
    {
      config: { access: "read" },
      schema: { summary: "A rollout, live (server-sent events)", tags: ["rollouts"], params: rolloutParams },
    },
    async (request, reply) => {
      const state = await loadRollout(db, request.params.id);
      requireEnvironment(request, state.environment);
      await deps.live.streamRollout(state.id, request, reply);
      return reply;
    },
  );

  previewRoutes(app, deps);
  recordRoutes(app, deps);
  seriesRoutes(app, deps);
  actionRoutes(app, deps);
}

/** An empty list, or a stream that stays silent, would hide that the name is misspelt. */
async function requireKnownEnvironment(
  db: Kysely<Tables>,
  request: FastifyRequest,
  environment: string,
): Promise<void> {
  requireEnvironment(request, environment);
  const known = await db.selectFrom("environment").select("key").where("key", "=", environment).executeTakeFirst();
  if (known) return;
  throw new ProblemError(
    "environment-not-found",
    `There is no environment "${environment}". List them: GET /api/v1/environments, or steadfast environment list.`,
  );
}

function recordRoutes(app: App, deps: RolloutRouteDeps): void {
  const { db } = deps.database;

  app.get(
    "/api/v1/rollouts/:id/decisions",
    {
      config: { access: "read" },
      schema: {
        summary: "What the guard decided, oldest first",
        description: "A decision is kept when its verdict or cause changes, and whenever it acted.",
        tags: ["rollouts"],
        params: rolloutParams,
        querystring: z.object({
          after: z.coerce.number().int().min(0).optional().describe("seq of the last one seen"),
          limit,
        }),
        response: { 200: decisionPage },
      },
    },
    async (request) => {
      const state = await loadRollout(db, request.params.id);
      requireEnvironment(request, state.environment);
      const events = await deps.journal.read({
        stream: rolloutStream(state.id),
        types: ["rollout.judged"],
        afterSeq: request.query.after ?? 0,
        limit: request.query.limit + 1,
        order: "asc",
      });
      const items = events.slice(0, request.query.limit).map(toDecisionRecord);
      return { items, next: events.length > request.query.limit ? String(items.at(-1)?.seq ?? 0) : null };
    },
  );

  app.get(
    "/api/v1/rollouts/:id/record",
    {
      config: { access: "read" },
      schema: {
        summary: "The guard's plan and the counts it judged, tick by tick",
        description: "Enough to replay every decision bit for bit: steadfast rollout replay.",
        tags: ["rollouts"],
        params: rolloutParams,
        querystring: z.object({
          after: z.coerce.number().int().min(0).default(0).describe("Ticks after this one"),
          limit: z.coerce.number().int().min(1).max(TICKS_MAX).default(TICKS_MAX),
        }),
        response: { 200: rolloutRecord },
      },
    },
    async (request) => {
      const state = await loadRollout(db, request.params.id);
      requireEnvironment(request, state.environment);
      const { after, limit: most } = request.query;
      const ticks = await readTicks(db, state.id, after, most + 1);
      const page = ticks.slice(0, most);
      return {
        plan: storedAs<z.infer<typeof rolloutRecord>["plan"]>(state.plan),
        ticks: page.map((tick) => tick.body),
        ticksKeptUntil: isoOrNull(ticksKeptUntilMs(state)),
        judged: page.map(({ tick, verdict, logEvidence }) => ({ tick, verdict, logEvidence })),
        next: ticks.length > most ? (page.at(-1)?.tick ?? null) : null,
      };
    },
  );
}
