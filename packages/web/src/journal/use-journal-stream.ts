import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { followEventStream, type StreamState } from "../api/event-stream.ts";
import { eventsQuery, meQuery } from "../api/queries.ts";
import { readJournalEvent } from "../api/read-message.ts";
import type { JournalEvent } from "../api/types.ts";

type Page = { items: JournalEvent[]; next: string | null };

/** New events stay in sight without growing for ever; older ones are read again by paging. */
const LIVE_EVENTS_MAX = 500;

/**
 * Puts new events in front of the journal's first page.
 *
 * @param isRead whether the first page was read: the stream goes on from its newest event
 */
export function useJournalStream(isRead: boolean): StreamState {
  const queryClient = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  useEffect(() => {
    if (!isRead) return;
    const newestSeq = () =>
      queryClient.getQueryData<InfiniteData<Page, number>>(eventsQuery.queryKey)?.pages[0]?.items[0]?.seq ?? 0;
    return followEventStream({
      url: () => `/api/v1/events/stream?after=${newestSeq()}`,
      eventName: "event",
      onState: (next) => {
        setState(next);
        if (next === "reconnecting") void queryClient.invalidateQueries(meQuery);
      },
      onMessage: (data) => {
        const event = readJournalEvent(data);
        if (!event || event.seq <= newestSeq()) return;
        queryClient.setQueryData<InfiniteData<Page, number>>(
          eventsQuery.queryKey,
          (before) => before && inFront(before, event),
        );
      },
    });
  }, [isRead, queryClient]);
  return state;
}

function inFront(data: InfiniteData<Page, number>, event: JournalEvent): InfiniteData<Page, number> {
  const [first, ...others] = data.pages;
  if (!first) return data;
  const isFull = first.items.length >= LIVE_EVENTS_MAX;
  // A page that loses its tail would leave a gap before the next: then only the first page is kept.
  const page = {
    ...first,
    items: [event, ...first.items].slice(0, LIVE_EVENTS_MAX),
    next: isFull ? "more" : first.next,
  };
  return isFull ? { pages: [page], pageParams: data.pageParams.slice(0, 1) } : { ...data, pages: [page, ...others] };
}
