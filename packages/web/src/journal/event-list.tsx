import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { JournalEvent } from "../api/types.ts";
import classes from "./event-list.module.css";
import { EventRow } from "./event-row.tsx";

/** A row with a reason; each is measured once it is there. */
const ROW_PIXELS = 62;
const ROWS_BEYOND_SIGHT = 12;
/** The next page is asked for when so few rows are left. */
const ROWS_AHEAD = 30;

type Props = {
  readonly events: readonly JournalEvent[];
  readonly at: number | undefined;
  readonly onNearEnd: () => void;
};

/** Only what can be seen is on the page, however long the journal is. */
export function EventList({ events, at, onNearEnd }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(at === undefined ? [] : [at]));
  const virtual = useWindowVirtualizer({
    count: events.length,
    estimateSize: () => ROW_PIXELS,
    overscan: ROWS_BEYOND_SIGHT,
    scrollMargin: top,
    getItemKey: (index) => events[index]?.seq ?? index,
  });
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  useScrollToMoment(events, at, (index) => virtual.scrollToIndex(index, { align: "center" }));

  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= events.length - ROWS_AHEAD) onNearEnd();
  }, [lastShown, events.length, onNearEnd]);

  const toggle = (seq: number) =>
    setOpen((before) => new Set(before.has(seq) ? [...before].filter((each) => each !== seq) : [...before, seq]));
  return (
    <ol ref={list} className={classes.list} style={{ height: virtual.getTotalSize() }} data-testid="event-list">
      {rows.map(({ index, key, start }) => {
        const event = events[index];
        return event ? (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            data-testid="event"
            data-type={event.type}
            data-seq={event.seq}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            <EventRow
              event={event}
              isOpen={open.has(event.seq)}
              isMoment={event.seq === at}
              onToggle={() => toggle(event.seq)}
            />
          </li>
        ) : null;
      })}
    </ol>
  );
}

/** Once for each moment: who scrolls on afterwards is left alone. */
function useScrollToMoment(
  events: readonly JournalEvent[],
  at: number | undefined,
  scrollTo: (index: number) => void,
): void {
  const done = useRef<number>(undefined);
  useEffect(() => {
    if (at === undefined || done.current === at || events.length === 0) return;
    const index = events.findIndex(({ seq }) => seq <= at);
    if (index === -1) return;
    done.current = at;
    scrollTo(index);
  });
}
