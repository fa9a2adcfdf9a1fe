import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";

/** Figures of the node: often enough to be believed, seldom enough to cost nothing. */
export const ABOUT_REFRESH_MS = 5_000;

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/tokens", { signal })).then((list) => list.items),
  staleTime: 5_000,
});

export const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/about", { signal })),
  refetchInterval: ABOUT_REFRESH_MS,
});
