import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";

/** Often enough to be believed, seldom enough that a wall of windows costs the server nothing. */
export const HEALTH_REFRESH_MS = 5_000;

/** Those furthest behind come first: more of them would not be read. */
const INSTANCES_SHOWN_MAX = 50;

export const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/about", { signal })),
  refetchInterval: HEALTH_REFRESH_MS,
});

export const telemetryQuery = (environment: string) =>
  queryOptions({
    queryKey: ["telemetry", environment],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/environments/{environment}/telemetry", { signal, params: { path: { environment } } })),
    refetchInterval: HEALTH_REFRESH_MS,
  });

export const instancesQuery = (environment: string) =>
  queryOptions({
    queryKey: ["instances", environment],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/environments/{environment}/instances", {
          signal,
          params: { path: { environment }, query: { limit: INSTANCES_SHOWN_MAX } },
        }),
      ),
    refetchInterval: HEALTH_REFRESH_MS,
  });
