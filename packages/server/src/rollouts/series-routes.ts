import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import type { RolloutRouteDeps } from "./action-routes.ts";
import { isoOrNull, loadRollout } from "./read.ts";
import { findSpan, readSeries } from "./series.ts";
import { SeriesCache } from "./series-cache.ts";
import { type SeriesColumns, SeriesPoints } from "./series-points.ts";
import { rolloutSeries, seriesQuery } from "./series-schemas.ts";
import { ticksKeptUntilMs } from "./tick-retention.ts";

const params = z.object({ id: z.string().max(60).describe("rol_…") });

/** What the charts of a rollout draw. */
export function seriesRoutes(app: App, deps: RolloutRouteDeps): void {
  const { db } = deps.database;
  const cache = new SeriesCache<SeriesColumns>();

  app.get(
    "/api/v1/rollouts/:id/series",
    {
      config: { access: "read" },
      schema: {
        summary: "What a rollout's charts show: evidence, band, rates and latencies over time",
        description:
          "At most `points` points. The last one is open: it grows until its seconds are over. A page that stays current asks " +
          "with `after` and `step`, or with the ETag: then it is told only what is new.",
        tags: ["rollouts"],
        params,
        querystring: seriesQuery,
        headers: z.object({ "if-none-match": z.string().max(200).optional() }),
        response: { 200: rolloutSeries, 304: z.null().describe("Nothing has changed") },
      },
    },
    async (request, reply) => {
      const state = await loadRollout(db, request.params.id);
      requireEnvironment(request, state.environment);
      const { from, to, last, points, after, step } = request.query;
      const span = await findSpan(db, state.id, {
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
        lastTicks: last,
        pointsMax: points,
        known: after === undefined || step === undefined ? undefined : { afterTick: after, stepTicks: step },
      });
      const key = span === null ? "none" : `${span.firstTick}-${span.lastTick}-${span.stepTicks}`;
      const etag = `"${state.id}-${state.version}-${key}"`;
      reply.header("etag", etag).header("cache-control", "private, no-cache");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send(null);

      const columns =
        span === null
          ? new SeriesPoints(state.plan?.signals ?? [], 1, 1).finish()
          : await cache.get(`${state.id} ${key}`, () => readSeries(db, state, span));
      return {
        stepSeconds: span?.stepTicks ?? 1,
        isWhole: span?.isWhole ?? true,
        ticksKeptUntil: isoOrNull(ticksKeptUntilMs(state)),
        ...columns,
      };
    },
  );
}
