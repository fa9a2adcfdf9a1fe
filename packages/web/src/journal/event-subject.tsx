import { Link } from "@tanstack/react-router";
import { field } from "../api/read-message.ts";
import type { JournalEvent } from "../api/types.ts";

/** What an event is about, read from its stream (`rollout/<id>`, `flag/<environment>/<key>`, …) and the names in its data. */
export function EventSubject({ event }: { event: JournalEvent }) {
  const [noun, first, second] = event.stream.split("/");
  if (noun === "rollout" && first) {
    const environment = field(event.data, "environment");
    return (
      <>
        <Link to="/rollouts/$rolloutId" params={{ rolloutId: first }}>
          {String(field(event.data, "flag") ?? "open it")}
        </Link>
        {typeof environment === "string" && ` in ${environment}`}
      </>
    );
  }
  if (noun === "flag" && first) {
    const key = second ?? first;
    return (
      <>
        <Link to="/flags" search={{ search: key }}>
          {key}
        </Link>
        {second && ` in ${first}`}
      </>
    );
  }
  const name = field(event.data, "name");
  return <span>{typeof name === "string" ? name : (first ?? event.stream)}</span>;
}
