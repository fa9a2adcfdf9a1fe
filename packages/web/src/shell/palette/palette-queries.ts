import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";

const ACTIVE_MAX = 50;
const ENDED_MAX = 20;
const FLAGS_MAX = 8;

/** What is active in every environment that the person may see, and the newest rollouts: whatever the page looks at. */
export const paletteRolloutsQuery = queryOptions({
  queryKey: ["palette", "rollouts"],
  queryFn: async ({ signal }) => {
    const [active, latest] = await Promise.all([
      answerOf(api.GET("/api/v1/rollouts", { signal, params: { query: { active: "true", limit: ACTIVE_MAX } } })),
      answerOf(api.GET("/api/v1/rollouts", { signal, params: { query: { limit: ENDED_MAX } } })),
    ]);
    const byId = new Map([...latest.items, ...active.items].map((rollout) => [rollout.id, rollout]));
    return [...byId.values()];
  },
  // What can be done with them changes by the second: asked each time it opens.
  staleTime: 0,
});

/** Searched by the server: keys, descriptions, owners and services. */
export const paletteFlagsQuery = (search: string) =>
  queryOptions({
    queryKey: ["palette", "flags", search],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/flags", { signal, params: { query: { limit: FLAGS_MAX, search } } })).then(
        (page) => page.items,
      ),
    staleTime: 30_000,
  });
