import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { followEventStream, type StreamState } from "../api/event-stream.ts";
import { meQuery } from "../api/queries.ts";
import { readJournalEvent } from "../api/read-message.ts";
import type { JournalEvent } from "../api/types.ts";
import { type EventPage, journalQuery } from "./journal-queries.ts";
import { type JournalFilters, toQuery } from "./journal-search.ts";

/** New events stay in sight without growing for ever; older ones are read again by paging. */
const LIVE_EVENTS_MAX = 2_000;
/** Held back while somebody reads further down; beyond it the list is read anew. */
const HELD_MAX = 500;

type Data = InfiniteData<EventPage, number>;

/**
 * Puts new events in front of the journal, or holds them while somebody reads further down.
 *
 * @param filters the same object while nothing changes
 * @param isRead whether the first page was read: the stream goes on from its newest event
 * @returns how many are held, and how to let them in
 */
export function useJournalStream(filters: JournalFilters, isRead: boolean, isAtTop: () => boolean) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  const [held, setHeld] = useState<readonly JournalEvent[]>([]);
  const newestHeld = useRef(0);

  const insert = useCallback(
    (events: readonly JournalEvent[]) => {
      const { queryKey } = journalQuery(filters, undefined);
      queryClient.setQueryData<Data>(queryKey, (before) => before && events.reduce(inFront, before));
    },
    [filters, queryClient],
  );

  useEffect(() => {
    setHeld([]);
    newestHeld.current = 0;
    if (!isRead) return;
    const { queryKey } = journalQuery(filters, undefined);
    const newestSeq = () =>
      Math.max(newestHeld.current, queryClient.getQueryData<Data>(queryKey)?.pages[0]?.items[0]?.seq ?? 0);
    return followEventStream({
      url: () =>
        `/api/v1/events/stream?${new URLSearchParams({ ...toQuery(filters, Date.now()), after: String(newestSeq()) })}`,
      eventName: "event",
      onState: (next) => {
        setState(next);
        if (next === "reconnecting") void queryClient.invalidateQueries(meQuery);
      },
      onMessage: (data) => {
        const event = readJournalEvent(data);
        if (!event || event.seq <= newestSeq()) return;
        if (newestHeld.current === 0 && isAtTop()) return insert([event]);
        newestHeld.current = event.seq;
        setHeld((before) => [...before, event]);
      },
    });
  }, [filters, isRead, queryClient, insert, isAtTop]);

  const letIn = () => {
    if (held.length > HELD_MAX) void queryClient.resetQueries(journalQuery(filters, undefined));
    else insert(held);
    newestHeld.current = 0;
    setHeld([]);
  };
  return { state, heldCount: held.length, letIn };
}

function inFront(data: Data, event: JournalEvent): Data {
  const [first, ...others] = data.pages;
  if (!first || event.seq <= (first.items[0]?.seq ?? 0)) return data;
  const isFull = first.items.length >= LIVE_EVENTS_MAX;
  const items = [event, ...first.items].slice(0, LIVE_EVENTS_MAX);
  const next = isFull ? String(items.at(-1)?.seq ?? 0) : first.next;
  // A page that loses its tail would leave a gap before the next: then only the first page is kept.
  return isFull
    ? { pages: [{ items, next }], pageParams: data.pageParams.slice(0, 1) }
    : { ...data, pages: [{ items, next }, ...others] };
}
