import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { followEventStream } from "../api/event-stream.ts";
import { meQuery } from "../api/queries.ts";
import { readJournalEvent } from "../api/read-message.ts";
import { FLAGS_KEY } from "./flag-queries.ts";

/** Changes that come together, such as a rollout's stage and its flag, are read once. */
const SETTLE_MS = 250;

/** While the page is shown: what is read of flags is read again when anybody, or a rollout, changes one. */
export function useFlagChanges(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    let lastSeq: number | undefined;
    let isInterrupted = false;
    let timer: number | undefined;
    const readAgain = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void queryClient.invalidateQueries({ queryKey: FLAGS_KEY }), SETTLE_MS);
    };
    const stop = followEventStream({
      url: () => `/api/v1/events/stream${lastSeq === undefined ? "" : `?after=${lastSeq}`}`,
      eventName: "event",
      onState: (state) => {
        // Without a place to go on from, what happened meanwhile was not heard.
        if (state === "live" && isInterrupted && lastSeq === undefined) readAgain();
        isInterrupted = state === "reconnecting";
        if (isInterrupted) void queryClient.invalidateQueries(meQuery);
      },
      onMessage: (data) => {
        const event = readJournalEvent(data);
        if (!event) return;
        lastSeq = event.seq;
        const isOfRollout = event.type.startsWith("rollout.") && event.type !== "rollout.judged";
        if (event.type.startsWith("flag.") || isOfRollout) readAgain();
      },
    });
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [queryClient]);
}
