import { queryOptions } from "@tanstack/react-query";
import type { components } from "../../api/api-types.ts";
import { answerOf, api } from "../../api/client.ts";
import type { RolloutBody } from "./draft.ts";

export type RolloutPreview = components["schemas"]["RolloutPreview"];
export type StageForecast = NonNullable<RolloutPreview["plan"]>["stages"][number];

/** Offered at once; who looks for another one types. */
const FLAGS_OFFERED = 50;
/** Traffic moves: what is shown is asked again. */
const PREVIEW_REFRESH_MS = 10_000;

export const previewQuery = (body: RolloutBody | null) =>
  queryOptions({
    queryKey: ["rollout-preview", body],
    enabled: body !== null,
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("nothing to preview");
      return answerOf(api.POST("/api/v1/rollouts/preview", { signal, body }));
    },
    refetchInterval: PREVIEW_REFRESH_MS,
    staleTime: 2_000,
    gcTime: 30_000,
  });

/** Flags whose key, description, owner or service contains the text. */
export const offeredFlagsQuery = (search: string) =>
  queryOptions({
    queryKey: ["flags", "offered", search],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/flags", {
          signal,
          params: { query: { limit: FLAGS_OFFERED, ...(search ? { search } : {}) } },
        }),
      ).then((page) => page.items),
    staleTime: 10_000,
  });

export const flagStateQuery = (environment: string, key: string) =>
  queryOptions({
    queryKey: ["flags", "state", environment, key],
    enabled: key !== "",
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/environments/{environment}/flags/{key}", { signal, params: { path: { environment, key } } }),
      ),
  });
