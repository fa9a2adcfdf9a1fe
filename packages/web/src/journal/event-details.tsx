import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { JournalEvent } from "../api/types.ts";
import { formatExactTime } from "../ui/format.ts";
import classes from "./event-details.module.css";
import { factsOf } from "./event-facts.ts";
import { flagChangeQuery } from "./journal-queries.ts";

/** All that an event holds: what is readable in words, and the record as it is stored. */
export function EventDetails({ event }: { event: JournalEvent }) {
  const { subject, actor } = event;
  const about = subject.kind === "other" ? undefined : `${subject.kind}:${subject.id}`;
  return (
    <div className={classes.details} data-testid="event-details">
      {event.type.startsWith("flag.") && subject.environment !== null && (
        <FlagChanges environment={subject.environment} flag={subject.id} version={event.version} />
      )}
      <dl className={classes.facts}>
        <Fact name="When" value={formatExactTime(Date.parse(event.at))} />
        <Fact name="Who" value={actor.kind === "system" ? `${actor.name}, a part of the server` : actor.name} />
        {factsOf(event.data).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <p className={classes.links}>
        {about !== undefined && (
          <Link to="/journal" search={({ at: _at, ...rest }) => ({ ...rest, about })}>
            All about {subject.name}
          </Link>
        )}
        <Link to="/journal" search={({ at: _at, ...rest }) => ({ ...rest, by: actor.id })}>
          All by {actor.name}
        </Link>
        <Link to="/journal" search={{ at: event.seq }}>
          Its neighbours
        </Link>
      </p>
      <details className={classes.raw}>
        <summary>As it is stored</summary>
        <pre>{JSON.stringify(event, null, 2)}</pre>
      </details>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What a write changed, against the version before. */
function FlagChanges({ environment, flag, version }: { environment: string; flag: string; version: number }) {
  const change = useQuery(flagChangeQuery(environment, flag, version));
  if (change.isError) return <p className={classes.quiet}>What it changed could not be read: {change.error.message}</p>;
  if (!change.data || change.data.changes.length === 0) return null;
  return (
    <ul className={classes.changes} aria-label="What it changed" data-testid="flag-changes">
      {change.data.changes.map(({ path, before, after }) => (
        <li key={path}>
          <code>{path.replace(/^\//, "").replaceAll("/", " › ") || "all of it"}</code>
          {before !== undefined && <del>{textOf(before)}</del>}
          {after !== undefined && <ins>{textOf(after)}</ins>}
        </li>
      ))}
    </ul>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
