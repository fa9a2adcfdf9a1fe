import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";

/** Facts come by webhook: a report of a minute ago is as good as new. */
const REPORT_STALE_MS = 60_000;

export const servicesQuery = queryOptions({
  queryKey: ["services"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/services", { signal })).then((list) => list.items),
  staleTime: 30_000,
});

/** Repositories that are told of and belong to no service. */
export const unmeasuredQuery = queryOptions({
  queryKey: ["unmeasured"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/unmeasured-repositories", { signal })),
  staleTime: 30_000,
});

/** Where something was told of a service, and how much. */
export const toldEnvironmentsQuery = (service: string) =>
  queryOptions({
    queryKey: ["delivery", service, "told-environments"],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/services/{key}/environments", { signal, params: { path: { key: service } } })).then(
        (list) => list.items,
      ),
    staleTime: REPORT_STALE_MS,
  });

/**
 * @param window whole days back from the end of today, so that the same window is asked for all day
 * @param daysBefore how many days that window lies back: the baseline is the one before
 */
export const deliveryQuery = (service: string, environment: string, window: { days: number; daysBefore: number }) =>
  queryOptions({
    queryKey: ["delivery", service, environment, window.days, window.daysBefore],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/services/{key}/delivery", {
          signal,
          params: { path: { key: service }, query: { environment, ...timesOf(window) } },
        }),
      ),
    staleTime: REPORT_STALE_MS,
  });

const DAY_MS = 86_400_000;

function timesOf({ days, daysBefore }: { days: number; daysBefore: number }) {
  const midnightMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  const toMs = midnightMs - daysBefore * DAY_MS;
  return { from: new Date(toMs - days * DAY_MS).toISOString(), to: new Date(toMs).toISOString() };
}
