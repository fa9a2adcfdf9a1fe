import { Button } from "@mantine/core";
import { IconArrowUp, IconDownload, IconNotebook, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { EventList } from "./event-list.tsx";
import { JournalFilterBar } from "./journal-filters.tsx";
import classes from "./journal-page.module.css";
import { exportJournal, journalQuery } from "./journal-queries.ts";
import { isFiltered, type JournalFilters } from "./journal-search.ts";
import { useJournalStream } from "./use-journal-stream.ts";

/** So near to the top, somebody looks at what is new. */
const TOP_PIXELS = 160;

const route = getRouteApi("/signed-in/journal");

/** Everything that happened, newest first. */
export function JournalPage() {
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const filters = useFilters();
  const events = useInfiniteQuery({ ...journalQuery(filters, at), refetchOnWindowFocus: false });
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  const isLooking = events.isPending || (items.length === 0 && events.hasNextPage);
  // While the past is still searched, what the stream would bring is not new.
  const isFollowed = events.isSuccess && !isLooking && at === undefined;
  const { state, heldCount, letIn } = useJournalStream(filters, isFollowed, isAtTop);
  usePageTitle("Journal");

  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = events;
  const canGoOn = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  const goOn = useCallback(() => {
    if (canGoOn) void fetchNextPage();
  }, [canGoOn, fetchNextPage]);
  useEffect(() => {
    // A search goes through the journal part by part: one without a match is no end.
    if (items.length === 0) goOn();
  }, [items.length, goOn]);

  const narrow = (next: JournalFilters) =>
    void navigate({
      replace: true,
      search: ({ environment }) => ({ ...(environment ? { environment } : {}), ...next }),
    });
  const showNew = () => {
    letIn();
    window.scrollTo({ top: 0 });
  };
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Journal</h1>
        <span className={classes.live} data-state={at === undefined ? state : "past"}>
          {at === undefined ? STATES[state] : "A moment in the past"}
        </span>
        <ExportButton filters={filters} />
      </div>
      <JournalFilterBar filters={filters} events={items} onChange={narrow} />
      <NewEvents count={heldCount} onShow={showNew} />
      {at !== undefined && (
        <p className={classes.moment}>
          Event {at} and what stood around it.{" "}
          <Link to="/journal" search={({ at: _at, ...rest }) => rest}>
            Show the newest
          </Link>
        </p>
      )}
      {isLooking && !events.isError && <LoadingState label="Loading the journal" heights={[62, 62, 62, 62]} />}
      {events.isError && items.length === 0 && (
        <ErrorState title="The journal could not be read" error={events.error} onRetry={() => void events.refetch()} />
      )}
      {events.isSuccess && !isLooking && items.length === 0 && <Nothing filters={filters} />}
      {items.length > 0 && (
        // A new view begins at its top, with nothing open.
        <EventList key={JSON.stringify([filters, at])} events={items} at={at} onNearEnd={goOn} />
      )}
      {isFetchNextPageError && items.length > 0 && (
        <ErrorState title="Older events could not be read" error={events.error} onRetry={() => void fetchNextPage()} />
      )}
      <p className={classes.end} aria-live="polite">
        {isFetchingNextPage && items.length > 0 && "Reading older events"}
        {!hasNextPage && items.length > 0 && "That is all."}
      </p>
    </div>
  );
}

/** The address's filters: the same object while nothing changes. */
function useFilters(): JournalFilters {
  const { kind, about, by, since, text } = route.useSearch();
  return useMemo(
    () => ({
      ...(kind ? { kind } : {}),
      ...(about ? { about } : {}),
      ...(by ? { by } : {}),
      ...(since ? { since } : {}),
      ...(text ? { text } : {}),
    }),
    [kind, about, by, since, text],
  );
}

const STATES = {
  live: "Live",
  connecting: "Connecting",
  reconnecting: "Reconnecting: new events may be missing",
} as const;

function isAtTop(): boolean {
  return window.scrollY < TOP_PIXELS;
}

/** Says quietly that there is more, to those who read further down. */
function NewEvents({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div className={classes.news} aria-live="polite">
      {count > 0 && (
        <Button size="xs" radius="xl" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={onShow}>
          {count} new
        </Button>
      )}
    </div>
  );
}

function Nothing({ filters }: { filters: JournalFilters }) {
  if (isFiltered(filters)) {
    return (
      <EmptyState icon={<IconSearch size={22} aria-hidden />} title="Nothing matches">
        <p>Nothing of this kind happened, as far as this token may see. Take a filter away.</p>
        <Link to="/journal" search={({ environment }) => (environment ? { environment } : {})}>
          Show everything
        </Link>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconNotebook size={22} aria-hidden />} title="Nothing has happened yet">
      <p>Every change to a flag, a rollout or a token will stand here: who, what, why and when.</p>
    </EmptyState>
  );
}

/** The filtered journal as a file of JSON lines. */
function ExportButton({ filters }: { filters: JournalFilters }) {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const save = async () => {
    setState("busy");
    try {
      const address = URL.createObjectURL(await exportJournal(filters));
      const link = Object.assign(document.createElement("a"), { href: address, download: "journal.jsonl" });
      link.click();
      URL.revokeObjectURL(address);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  return (
    <Button
      size="xs"
      variant="default"
      className={classes.export}
      loading={state === "busy"}
      leftSection={<IconDownload size={14} aria-hidden />}
      title="What is shown, as JSON lines; at most the newest 10,000 events"
      onClick={() => void save()}
    >
      {state === "failed" ? "Export failed: try again" : "Export"}
    </Button>
  );
}
