import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ApiProblem } from "./api-problem.ts";
import { answerOf, api } from "./client.ts";
import type { Me } from "./types.ts";

/** Lists are read in pages of this many. */
export const PAGE_LIMIT = 50;

/** Who is signed in; `null`: nobody. */
export const meQuery = queryOptions<Me | null>({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    try {
      return await answerOf(api.GET("/api/v1/me", { signal }));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export const environmentsQuery = queryOptions({
  queryKey: ["environments"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/environments", { signal })).then((list) => list.items),
  staleTime: 60_000,
});

/** What is active in an environment. The stream of the environment writes here; see `useRolloutsStream`. */
export const activeRolloutsQuery = (environment: string) =>
  queryOptions({
    queryKey: ["rollouts", environment, "active"],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/rollouts", { signal, params: { query: { environment, active: "true", limit: PAGE_LIMIT } } }),
      ).then((page) => page.items),
  });

/** The newest rollouts of an environment, in whatever state. */
export const latestRolloutsQuery = (environment: string) =>
  queryOptions({
    queryKey: ["rollouts", environment, "latest"],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/rollouts", { signal, params: { query: { environment, limit: PAGE_LIMIT } } })).then(
        (page) => page.items,
      ),
  });

export const rolloutQuery = (id: string) =>
  queryOptions({
    queryKey: ["rollout", id],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/rollouts/{id}", { signal, params: { path: { id } } })),
  });

export const flagsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["flags", search],
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        api.GET("/api/v1/flags", {
          signal,
          params: {
            query: { limit: PAGE_LIMIT, ...(search ? { search } : {}), ...(pageParam ? { after: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });
