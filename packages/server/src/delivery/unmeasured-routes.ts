import type { App } from "../http/app-type.ts";
import { requireEveryEnvironment } from "../http/authenticate.ts";
import type { DeliveryDeps } from "./deps.ts";
import { unmeasuredList } from "./schemas.ts";
import { readUnmeasured, TELLINGS_COUNTED_MAX } from "./unmeasured.ts";

/** What is told and laid to no service. */
export function unmeasuredRoutes(app: App, deps: DeliveryDeps): void {
  app.get(
    "/api/v1/unmeasured-repositories",
    {
      config: { access: "read" },
      schema: {
        tags: ["delivery"],
        summary: "List repositories that sources tell of and no service has",
        description: "The fifty that told last, the last first. To measure one: PUT /api/v1/services/{key}.",
        response: { 200: unmeasuredList },
      },
    },
    async (request) => {
      requireEveryEnvironment(request, "A source tells of every environment");
      const { items, total } = await readUnmeasured(deps.database.db);
      return { items: items.map(toApi), total, next: null };
    },
  );
}

function toApi({
  environments,
  tellings,
  lastToldAtMs,
  ...rest
}: Awaited<ReturnType<typeof readUnmeasured>>["items"][number]) {
  return {
    ...rest,
    ...{ environments: [...environments], tellings, isMore: tellings === TELLINGS_COUNTED_MAX },
    lastToldAt: new Date(lastToldAtMs).toISOString(),
  };
}
