import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEveryEnvironment } from "../http/authenticate.ts";
import type { DeliveryDeps } from "./deps.ts";
import { connectedSource, connectSourceBody, source, sourceList } from "./schemas.ts";
import { connectSource, disconnectSource, readSources } from "./sources.ts";

/** Who holds its secret can tell of deployments anywhere. */
const TELLS_OF_ANY = "A source tells of every environment";

/** Who may send webhooks. */
export function sourceRoutes(app: App, deps: DeliveryDeps): void {
  app.get(
    "/api/v1/sources",
    {
      // Who may send is no secret; what signs it is, and it is not told again.
      config: { access: "read" },
      schema: { tags: ["delivery"], summary: "List sources of webhooks", response: { 200: sourceList } },
    },
    async (request) => {
      requireEveryEnvironment(request, TELLS_OF_ANY);
      // Of this node up to now; of another one, a second old.
      await deps.tally.flush();
      return { items: (await readSources(deps.database.db)).map(toApi), next: null };
    },
  );

  app.post(
    "/api/v1/sources",
    {
      // The answer is a secret: it is not kept for a second request.
      config: { access: "administer", isIdempotencyKept: false },
      schema: {
        tags: ["delivery"],
        summary: "Connect a source of webhooks",
        description: "The secret that signs them is in this answer only.",
        body: connectSourceBody,
        response: { 201: connectedSource },
      },
    },
    async (request, reply) => {
      requireEveryEnvironment(request, TELLS_OF_ANY);
      const provenance = { actor: principalActor(request.principal), reason: null };
      const { id, secret } = await connectSource(deps, request.body, provenance);
      const found = (await readSources(deps.database.db)).filter(({ row }) => row.id === id);
      const [connected = unreadable()] = found.map(toApi);
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...connected, secret });
    },
  );

  app.delete(
    "/api/v1/sources/:id",
    {
      config: { access: "administer" },
      schema: {
        tags: ["delivery"],
        summary: "Disconnect a source: its webhooks are refused from now on",
        params: z.object({ id: z.string().max(100) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      requireEveryEnvironment(request, TELLS_OF_ANY);
      const provenance = { actor: principalActor(request.principal), reason: null };
      await disconnectSource(deps.journal, request.params.id, provenance);
      return reply.code(204).send(null);
    },
  );
}

function unreadable(): never {
  throw new Error("a source that was just connected is not there");
}

function toApi({ row, tallies }: Awaited<ReturnType<typeof readSources>>[number]) {
  const heard = tallies.filter((each) => each.outcome !== "refused").map((each) => each.last_at_ms);
  return {
    id: row.id,
    kind: source.shape.kind.parse(row.kind),
    name: row.name,
    webhookPath: `/webhooks/${row.kind}/${row.id}`,
    createdAt: toTime(row.created_at_ms),
    removedAt: row.removed_at_ms === null ? null : toTime(row.removed_at_ms),
    lastHeardAt: heard.length === 0 ? null : toTime(Math.max(...heard)),
    messages: tallies.map(({ event, outcome, count, last_at_ms }) => ({
      ...{ event, outcome, count, lastAt: toTime(last_at_ms) },
    })),
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
