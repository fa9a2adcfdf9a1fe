import { Button } from "@mantine/core";
import { IconNotebook } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { eventsQuery } from "../api/queries.ts";
import type { JournalEvent } from "../api/types.ts";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { EventSubject } from "./event-subject.tsx";
import { titleOf, toneOf } from "./event-title.ts";
import classes from "./journal-page.module.css";
import { useJournalStream } from "./use-journal-stream.ts";

/** Everything that happened, newest first. */
export function JournalPage() {
  const events = useInfiniteQuery({ ...eventsQuery, refetchOnWindowFocus: false });
  const state = useJournalStream(events.isSuccess);
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  usePageTitle("Journal");
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Journal</h1>
        <span className={classes.live} data-state={state}>
          {state === "live"
            ? "Live"
            : state === "reconnecting"
              ? "Reconnecting: new events may be missing"
              : "Connecting"}
        </span>
      </div>
      {events.isPending && <LoadingState label="Loading the journal" heights={[48, 48, 48, 48]} />}
      {events.isError && (
        <ErrorState title="The journal could not be read" error={events.error} onRetry={() => void events.refetch()} />
      )}
      {events.data && items.length === 0 && (
        <EmptyState icon={<IconNotebook size={22} aria-hidden />} title="Nothing has happened yet">
          <p>Every change to a flag, a rollout or a token will stand here: who, what, why and when.</p>
        </EmptyState>
      )}
      {items.length > 0 && (
        <ol className={classes.list}>
          {items.map((event) => (
            <EventRow key={event.seq} event={event} />
          ))}
        </ol>
      )}
      {events.hasNextPage && (
        <Button variant="default" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
          Show older
        </Button>
      )}
    </div>
  );
}

function EventRow({ event }: { event: JournalEvent }) {
  return (
    <li data-testid="event" data-type={event.type}>
      <span className={classes.mark} data-tone={toneOf(event)} aria-hidden />
      <div className={classes.what}>
        <p>
          <strong>{titleOf(event)}</strong> <EventSubject event={event} />
        </p>
        {event.reason && <p className={classes.reason}>“{event.reason}”</p>}
        <details>
          <summary>
            Details<span className={classes.spoken}> of event {event.seq}</span>
          </summary>
          <pre>{JSON.stringify(event.data, null, 2)}</pre>
        </details>
      </div>
      <p className={classes.when}>
        {event.actor.name} · <RelativeTime at={event.at} />
      </p>
    </li>
  );
}
