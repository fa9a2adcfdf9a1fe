import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";
import type { JournalEvent } from "../api/types.ts";
import { type JournalFilters, toQuery } from "./journal-search.ts";

export type EventPage = { readonly items: JournalEvent[]; readonly next: string | null };

const EVENTS_PER_PAGE = 100;
/** Newer neighbours that are shown above a moment. */
export const NEWER_NEIGHBOURS = 20;
/** What an export holds at most: some 10 MB. */
const EXPORT_EVENTS_MAX = 10_000;
const EXPORT_PAGE = 500;

/**
 * The journal, newest first.
 *
 * @param at a moment to begin around, instead of now
 */
export const journalQuery = (filters: JournalFilters, at: number | undefined) =>
  infiniteQueryOptions({
    queryKey: ["events", filters, at ?? null],
    initialPageParam: at === undefined ? 0 : at + NEWER_NEIGHBOURS + 1,
    queryFn: ({ signal, pageParam }): Promise<EventPage> =>
      answerOf(
        api.GET("/api/v1/events", {
          signal,
          params: {
            query: {
              ...toQuery(filters, Date.now()),
              limit: EVENTS_PER_PAGE,
              order: "desc",
              ...(pageParam > 0 ? { before: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: ({ next }) => (next === null ? null : Number(next)),
  });

/** What a write changed in a flag. */
export const flagChangeQuery = (environment: string, key: string, version: number) =>
  queryOptions({
    queryKey: ["flags", "change", environment, key, version],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/environments/{environment}/flags/{key}/versions", {
          signal,
          params: { path: { environment, key }, query: { after: version + 1, limit: 1 } },
        }),
      ).then((page) => page.items.find((each) => each.version === version) ?? null),
    // What was written stays so.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The filtered journal as JSON lines, newest first. */
export async function exportJournal(filters: JournalFilters): Promise<Blob> {
  const query = toQuery(filters, Date.now());
  const lines: string[] = [];
  for (let before = 0; lines.length < EXPORT_EVENTS_MAX; ) {
    const params = {
      query: { ...query, limit: EXPORT_PAGE, order: "desc" as const, ...(before > 0 ? { before } : {}) },
    };
    const page = await answerOf(api.GET("/api/v1/events", { params }));
    for (const event of page.items) lines.push(`${JSON.stringify(event)}\n`);
    if (page.next === null) break;
    before = Number(page.next);
  }
  return new Blob(lines, { type: "application/jsonl" });
}
