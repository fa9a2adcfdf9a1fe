import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";
import type { FlagEvaluation } from "../api/types.ts";
import type { FlagFilters } from "./flag-search.ts";

/** A window of a large screen shows about 15 flags: some windows at a time. */
const FLAGS_PER_PAGE = 100;
const VERSIONS_PER_PAGE = 30;

/** Everything that is read of flags: what a change of any flag makes old. */
export const FLAGS_KEY = ["flags"] as const;

/** @param environment whose state and last change count */
export const flagListQuery = (environment: string, filters: FlagFilters) =>
  infiniteQueryOptions({
    queryKey: [...FLAGS_KEY, "list", environment, filters],
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) => {
      const isScoped = filters.state !== undefined || filters.sort === "changed";
      const query = {
        ...filters,
        limit: FLAGS_PER_PAGE,
        ...(isScoped ? { environment } : {}),
        ...(pageParam ? { after: pageParam } : {}),
      };
      return answerOf(api.GET("/api/v1/flags", { signal, params: { query } }));
    },
    getNextPageParam: (page) => page.next,
  });

export const flagFacetsQuery = queryOptions({
  queryKey: [...FLAGS_KEY, "facets"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/flag-facets", { signal })),
  staleTime: 10_000,
});

/** A flag with how it stands in every environment. */
export const flagQuery = (key: string) =>
  queryOptions({
    queryKey: [...FLAGS_KEY, "flag", key],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/flags/{key}", { signal, params: { path: { key } } })),
  });

/** A flag's versions in an environment, newest first. */
export const flagVersionsQuery = (environment: string, key: string) =>
  infiniteQueryOptions({
    queryKey: [...FLAGS_KEY, "versions", environment, key],
    initialPageParam: 0,
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: VERSIONS_PER_PAGE, ...(pageParam > 0 ? { after: pageParam } : {}) };
      return answerOf(
        api.GET("/api/v1/environments/{environment}/flags/{key}/versions", {
          signal,
          params: { path: { environment, key }, query },
        }),
      );
    },
    getNextPageParam: (page) => (page.next === null ? null : Number(page.next)),
  });

/** One version of a flag, with what it changed. */
export const flagVersionQuery = (environment: string, key: string, version: number) =>
  queryOptions({
    queryKey: ["flag-version", environment, key, version],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/environments/{environment}/flags/{key}/versions/{version}", {
          signal,
          params: { path: { environment, key, version } },
        }),
      ),
    // A version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Attributes that targeting in the environment looks at, the most used first. */
export const contextKeysQuery = (environment: string) =>
  queryOptions({
    queryKey: [...FLAGS_KEY, "context-keys", environment],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/environments/{environment}/context-keys", { signal, params: { path: { environment } } }),
      ).then((list) => list.items.map((item) => item.name)),
    staleTime: 60_000,
  });

export type EvaluationContext = Readonly<Record<string, unknown>>;

/** What a context gets; of `draft` when there is one. */
export const evaluationQuery = (
  flag: { readonly environment: string; readonly key: string; readonly version: number },
  context: EvaluationContext,
  draft: unknown,
) =>
  queryOptions<FlagEvaluation>({
    queryKey: [...FLAGS_KEY, "evaluation", flag, context, draft ?? null],
    queryFn: ({ signal }) =>
      answerOf(
        api.POST("/api/v1/environments/{environment}/flags/{key}/evaluate", {
          signal,
          params: { path: { environment: flag.environment, key: flag.key } },
          body: { context, ...(draft === undefined ? {} : { definition: draft }) },
        }),
      ),
  });
