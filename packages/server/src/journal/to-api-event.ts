import type { Json } from "@steadfast/core/flags/definition";
import type { z } from "zod";
import type { StoredEvent } from "./event.ts";
import type { event as eventSchema } from "./schemas.ts";

/** Fields of an event's data that a rebuild needs and nobody is shown. */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set(["secretHash"]);

export function toApiEvent(event: StoredEvent): z.output<typeof eventSchema> {
  const { seq, id, stream, version, type, data, actor, reason, occurredAtMs } = event;
  const at = new Date(occurredAtMs).toISOString();
  return { seq, id, stream, version, type, data: hide(data), actor: { ...actor }, reason, at };
}

function hide(data: Json) {
  const copy: z.core.util.JSONType = JSON.parse(
    JSON.stringify(data, (key, value) => (HIDDEN_FIELDS.has(key) ? undefined : value)),
  );
  return copy;
}
