import { Button } from "@mantine/core";
import { IconChevronRight, IconLink } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, useEffect, useRef, useState } from "react";
import type { Rollout } from "../../api/types.ts";
import { formatClock, formatExactTime, formatOdds, formatPercent } from "../../ui/format.ts";
import { VerdictBadge } from "../../ui/state-badge.tsx";
import { DecisionCounts } from "./decision-counts.tsx";
import type { LogEntry } from "./log-entries.ts";
import classes from "./rollout-log.module.css";

const SHOWN_AT_FIRST = 30;

type Props = {
  readonly rollout: Rollout;
  readonly entries: readonly LogEntry[];
  /** The entry that the address names: it is open and in sight. */
  readonly linkedSeq: number | undefined;
};

/** What the guard decided and what people did, newest first. A decision opens the counts that it was made on. */
export const RolloutLog = memo(function RolloutLog({ rollout, entries, linkedSeq }: Props) {
  const [isWhole, setWhole] = useState(false);
  const newestFirst = [...entries].reverse();
  const isLinkedFar = newestFirst.findIndex((entry) => entry.seq === linkedSeq) >= SHOWN_AT_FIRST;
  const shown = isWhole || isLinkedFar ? newestFirst : newestFirst.slice(0, SHOWN_AT_FIRST);
  if (entries.length === 0) return <p className={classes.none}>Nothing was decided yet.</p>;
  return (
    <>
      <ol className={classes.log} data-testid="decision-log">
        {shown.map((entry) => (
          <Entry key={entry.seq} rollout={rollout} entry={entry} isLinked={entry.seq === linkedSeq} />
        ))}
      </ol>
      {newestFirst.length > shown.length && (
        <Button variant="default" size="xs" onClick={() => setWhole(true)} className={classes.more}>
          Show all {newestFirst.length}
        </Button>
      )}
    </>
  );
});

type EntryProps = { readonly rollout: Rollout; readonly entry: LogEntry; readonly isLinked: boolean };

function Entry({ rollout, entry, isLinked }: EntryProps) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isLinked) element.current?.scrollIntoView({ block: "center" });
  }, [isLinked]);
  return (
    <li
      ref={element}
      data-testid={entry.kind === "decision" ? "decision" : "log-event"}
      data-verdict={entry.kind === "decision" ? entry.decision.verdict : undefined}
      data-linked={isLinked || undefined}
    >
      <span className={classes.time}>
        <time dateTime={entry.at} title={formatExactTime(Date.parse(entry.at))}>
          {formatClock(Date.parse(entry.at))}
        </time>
        <Link
          to="/rollouts/$rolloutId"
          params={{ rolloutId: rollout.id }}
          search={(before) => ({ ...before, entry: entry.seq })}
          resetScroll={false}
          className={classes.link}
          aria-label={`Link to the entry of ${formatClock(Date.parse(entry.at))}`}
        >
          <IconLink size={13} aria-hidden />
        </Link>
      </span>
      {entry.kind === "decision" ? (
        <DecisionEntry rollout={rollout} entry={entry} isLinked={isLinked} />
      ) : (
        <EventEntry entry={entry} />
      )}
    </li>
  );
}

type Decided = Extract<LogEntry, { kind: "decision" }>;

function DecisionEntry({ rollout, entry, isLinked }: EntryProps & { entry: Decided }) {
  const [isOpen, setOpen] = useState(isLinked);
  const { decision, followed } = entry;
  const countsId = `counts-${entry.seq}`;
  return (
    <>
      <VerdictBadge verdict={decision.verdict} />
      <p className={classes.words}>
        {decision.sentence}
        {followed.length > 0 && <span className={classes.followed}> {followed.join(". ")}.</span>}
        {!decision.acted && (decision.verdict === "advance" || decision.verdict === "roll-back") && (
          <span className={classes.quiet}> Recorded only: nothing was done.</span>
        )}
      </p>
      <button
        type="button"
        className={classes.figures}
        aria-expanded={isOpen}
        aria-controls={countsId}
        onClick={() => setOpen(!isOpen)}
      >
        <span>
          {formatOdds(decision.logEvidence)} · at {formatPercent(decision.share)}
        </span>
        <IconChevronRight size={15} aria-hidden className={classes.chevron} />
        <span className={classes.spoken}>Counts it was made on</span>
      </button>
      <div id={countsId} className={classes.counts} hidden={!isOpen}>
        {isOpen && <DecisionCounts rollout={rollout} decision={decision} />}
      </div>
    </>
  );
}

function EventEntry({ entry }: { entry: Extract<LogEntry, { kind: "event" }> }) {
  return (
    <>
      <span className={classes.event} data-tone={entry.tone}>
        {entry.title}
      </span>
      <p className={classes.words}>
        {entry.words && (entry.by === null ? entry.words : `“${entry.words}”`)}
        {entry.by !== null && (
          <span className={classes.quiet}>
            {entry.words ? " — " : ""}
            {entry.by}
          </span>
        )}
      </p>
    </>
  );
}
