import { IconChevronRight } from "@tabler/icons-react";
import { field } from "../api/read-message.ts";
import type { JournalEvent } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { EventDetails } from "./event-details.tsx";
import classes from "./event-row.module.css";
import { EventSubject } from "./event-subject.tsx";
import { titleOf, toneOf } from "./event-title.ts";

type Props = {
  readonly event: JournalEvent;
  readonly isOpen: boolean;
  /** The moment that a link leads to. */
  readonly isMoment: boolean;
  readonly onToggle: () => void;
};

/** One thing that happened: what, to what, why, by whom and when; open, all that is known of it. */
export function EventRow({ event, isOpen, isMoment, onToggle }: Props) {
  const sentence = sentenceOf(event);
  return (
    <div className={classes.row} data-moment={isMoment || undefined} aria-current={isMoment ? "true" : undefined}>
      <span className={classes.mark} data-tone={toneOf(event)} aria-hidden />
      <div className={classes.what}>
        <p>
          <strong>{titleOf(event)}</strong> <EventSubject subject={event.subject} />
        </p>
        {sentence !== undefined && <p className={classes.sentence}>{sentence}</p>}
        {event.reason && event.reason !== sentence && <p className={classes.sentence}>“{event.reason}”</p>}
      </div>
      <p className={classes.when}>
        {event.actor.name} · <RelativeTime at={event.at} />
      </p>
      <button
        type="button"
        className={classes.toggle}
        aria-expanded={isOpen}
        aria-label={`Details of event ${event.seq}`}
        onClick={onToggle}
      >
        <IconChevronRight size={16} aria-hidden />
      </button>
      {isOpen && (
        <div className={classes.open}>
          <EventDetails event={event} />
        </div>
      )}
    </div>
  );
}

/** What the server itself says of it. */
function sentenceOf({ data }: JournalEvent): string | undefined {
  const sentence = field(data, "sentence") ?? field(field(data, "decision"), "sentence");
  return typeof sentence === "string" && sentence ? sentence : undefined;
}
