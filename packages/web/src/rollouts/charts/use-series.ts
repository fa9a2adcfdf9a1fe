import { keepPreviousData, type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { answerOf, api } from "../../api/client.ts";
import type { Rollout, RolloutSeries } from "../../api/types.ts";
import type { ChartRange } from "./chart-view.ts";
import { joinSeries } from "./join-series.ts";

/** More than a chart has pixels to draw. */
const POINTS_MAX = 700;

/** When the stream is cut, the charts still ask. */
const FALLBACK_REFRESH_MS = 5_000;

export const seriesKey = (id: string) => ["rollout", id, "series"] as const;

const seriesQuery = (queryClient: QueryClient, id: string, { from, to, last }: ChartRange) => {
  const queryKey = [...seriesKey(id), from ?? null, to ?? null, last ?? null] as const;
  return queryOptions<RolloutSeries, Error, RolloutSeries, typeof queryKey>({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData<RolloutSeries>(queryKey);
      const newest = known?.points.tick.at(-1);
      const query = {
        points: POINTS_MAX,
        ...(from === undefined ? {} : { from: new Date(from * 1_000).toISOString() }),
        ...(to === undefined ? {} : { to: new Date(to * 1_000).toISOString() }),
        ...(last === undefined ? {} : { last }),
        ...(known === undefined || newest === undefined ? {} : { after: newest, step: known.stepSeconds }),
      };
      const answer = await answerOf(
        api.GET("/api/v1/rollouts/{id}/series", { signal, params: { path: { id }, query } }),
      );
      return known ? joinSeries(known, answer, last) : answer;
    },
  });
};

/** What the charts draw, kept current while the rollout is live: each judged second brings the points that it changed. */
export function useSeries(rollout: Rollout, range: ChartRange, isLive: boolean) {
  const queryClient = useQueryClient();
  const isOpen = range.to === undefined;
  const series = useQuery({
    ...seriesQuery(queryClient, rollout.id, range),
    refetchInterval: isLive && isOpen ? FALLBACK_REFRESH_MS : false,
    refetchOnWindowFocus: isLive && isOpen,
    placeholderData: keepPreviousData,
    structuralSharing: false,
    enabled: rollout.state !== "queued",
  });
  const { refetch } = series;
  const tick = rollout.decision?.tick ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each judged second, and each turn, is a reason to ask
  useEffect(() => {
    if (isOpen && tick > 0) void refetch({ cancelRefetch: false });
  }, [tick, rollout.state, isOpen, refetch]);
  return series;
}
