import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { createEventStreams } from "./event-streams.ts";
import type { EventFilter } from "./filter.ts";
import type { Journal } from "./journal.ts";
import { readEventsPage } from "./read-page.ts";
import { eventPage, filterQuery, toFilter } from "./schemas.ts";
import { toApiEvents } from "./to-api-event.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 500;

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const eventsQuery = filterQuery.extend({
  after: seq.optional().describe("Events with a greater seq"),
  before: seq.optional().describe("Events with a smaller seq"),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  order: z.enum(["asc", "desc"]).default("asc"),
});

export type JournalRoutesDeps = { readonly journal: Journal; readonly database: Database };

export async function journalRoutes(app: App, { journal, database }: JournalRoutesDeps): Promise<void> {
  const streams = await createEventStreams(journal, (events) => toApiEvents(database.db, events));
  app.addHook("preClose", async () => streams.close());

  app.get(
    "/api/v1/events",
    {
      config: { access: "read" },
      schema: {
        summary: "Read the journal",
        description:
          "A token of one environment sees that environment's events only. `next` is for `after`, or for `before` where the order is desc. A text is looked for in 20,000 events at a time: a page may be short, and still have a next one.",
        tags: ["events"],
        querystring: eventsQuery,
        response: { 200: eventPage },
      },
    },
    async (request) => {
      const { after, before, limit, order } = request.query;
      const { events, nextSeq } = await readEventsPage(journal, {
        ...visibleTo(request, toFilter(request.query)),
        limit,
        order,
        ...(after === undefined ? {} : { afterSeq: after }),
        ...(before === undefined ? {} : { beforeSeq: before }),
      });
      return { items: await toApiEvents(database.db, events), next: nextSeq === null ? null : String(nextSeq) };
    },
  );

  app.get(
    "/api/v1/events/stream",
    {
      config: { access: "read" },
      schema: {
        summary: "Follow the journal (server-sent events)",
        description:
          "`event: event`, `id` is the seq. Begins after `after`, else after the header Last-Event-ID, else with what happens next. The filters are those of the pages.",
        tags: ["events"],
        querystring: filterQuery.extend({ after: seq.optional() }),
        headers: z.object({ "last-event-id": seq.optional() }),
      },
    },
    async (request, reply) => {
      // A browser that reconnects repeats the address it began with, and says in the header how far it got.
      const after = request.headers["last-event-id"] ?? request.query.after;
      await streams.follow(request, reply, visibleTo(request, toFilter(request.query)), after);
      return reply;
    },
  );
}

/** A token of one environment sees that one, whether it asks for it or for all. */
function visibleTo(request: FastifyRequest, filter: EventFilter): EventFilter {
  if (typeof filter.environment === "string") requireEnvironment(request, filter.environment);
  return { ...filter, environment: filter.environment ?? request.principal.environment };
}
