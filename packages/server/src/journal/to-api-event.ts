import type { Json } from "@steadfast/core/flags/definition";
import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "./event.ts";
import type { event as eventSchema } from "./schemas.ts";
import { readSubjects, type Subject } from "./subjects.ts";

type ApiEvent = z.output<typeof eventSchema>;

/** Fields of an event's data that a rebuild needs and nobody is shown. */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set(["secretHash"]);

export async function toApiEvents(db: Kysely<Tables>, events: readonly StoredEvent[]): Promise<ApiEvent[]> {
  const subjects = await readSubjects(db, events);
  return events.flatMap((event) => {
    const subject = subjects.get(event.stream);
    return subject ? [toApiEvent(event, subject)] : [];
  });
}

function toApiEvent(event: StoredEvent, subject: Subject): ApiEvent {
  const { seq, id, stream, version, type, data, actor, reason, occurredAtMs } = event;
  const at = new Date(occurredAtMs).toISOString();
  return { seq, id, stream, version, type, subject, data: hide(data), actor: { ...actor }, reason, at };
}

function hide(data: Json) {
  const copy: z.core.util.JSONType = JSON.parse(
    JSON.stringify(data, (key, value) => (HIDDEN_FIELDS.has(key) ? undefined : value)),
  );
  return copy;
}
