import { Link } from "@tanstack/react-router";
import type { JournalEvent } from "../api/types.ts";

/** What an event is about, by its name, with the way to it. */
export function EventSubject({ subject }: { subject: JournalEvent["subject"] }) {
  const { kind, id, name, environment } = subject;
  const where = environment !== null && kind !== "environment" && ` in ${environment}`;
  if (kind === "rollout") {
    return (
      <>
        <Link to="/rollouts/$rolloutId" params={{ rolloutId: id }}>
          {name}
        </Link>
        {where}
      </>
    );
  }
  if (kind === "flag") {
    return (
      <>
        <Link to="/flags/$key" params={{ key: id }} search={environment === null ? {} : { environment }}>
          {name}
        </Link>
        {where}
      </>
    );
  }
  if (kind === "environment") {
    return (
      <Link to="/" search={{ environment: id }}>
        {name}
      </Link>
    );
  }
  return <span>{name}</span>;
}
