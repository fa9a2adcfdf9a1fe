import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { createEventStreams } from "./event-streams.ts";
import type { Journal } from "./journal.ts";
import { eventPage } from "./schemas.ts";
import { toApiEvent } from "./to-api-event.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 500;

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const eventsQuery = z.object({
  after: seq.optional().describe("Events with a greater seq"),
  before: seq.optional().describe("Events with a smaller seq"),
  stream: z.string().max(300).optional().describe("Such as flag/production/new-checkout"),
  type: z.string().max(100).optional().describe("A type, or a prefix with a dot at its end, such as rollout."),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  order: z.enum(["asc", "desc"]).default("asc"),
});

export async function journalRoutes(app: App, deps: { readonly journal: Journal }): Promise<void> {
  const { journal } = deps;
  const streams = await createEventStreams(journal);
  app.addHook("preClose", async () => streams.close());

  app.get(
    "/api/v1/events",
    {
      config: { access: "read" },
      schema: {
        summary: "Read the journal",
        description: "A token of one environment sees that environment's events only.",
        tags: ["events"],
        querystring: eventsQuery,
        response: { 200: eventPage },
      },
    },
    async (request) => {
      const { after, before, stream, type, limit, order } = request.query;
      const events = await journal.read({
        limit: limit + 1,
        order,
        environment: request.principal.environment,
        ...(after === undefined ? {} : { afterSeq: after }),
        ...(before === undefined ? {} : { beforeSeq: before }),
        ...(stream === undefined ? {} : { stream }),
        ...(type === undefined ? {} : { type }),
      });
      const items = events.slice(0, limit);
      const last = items.at(-1);
      return { items: items.map(toApiEvent), next: events.length > limit && last ? String(last.seq) : null };
    },
  );

  app.get(
    "/api/v1/events/stream",
    {
      config: { access: "read" },
      schema: {
        summary: "Follow the journal (server-sent events)",
        description:
          "`event: event`, `id` is the seq. Begins after `after`, else after the header Last-Event-ID, else with what happens next.",
        tags: ["events"],
        querystring: z.object({ after: seq.optional() }),
        headers: z.object({ "last-event-id": seq.optional() }),
      },
    },
    async (request, reply) => {
      // A browser that reconnects repeats the address it began with, and says in the header how far it got.
      const after = request.headers["last-event-id"] ?? request.query.after;
      await streams.follow(request, reply, after);
      return reply;
    },
  );
}
