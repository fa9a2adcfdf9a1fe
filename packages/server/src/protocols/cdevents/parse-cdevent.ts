import { type CDEvent, cdevent } from "./cdevent-schema.ts";
import { isPlainCDEvent, type PlainCDEvent } from "./plain-cdevent.ts";

/** A message that says it is a CDEvent and is none, or that does not say whom it concerns. */
export class CDEventFault extends Error {
  override readonly name = "CDEventFault";
}

/**
 * A CDEvent with its times in milliseconds; of what is not named in the schema, anything may be left.
 *
 * @throws {CDEventFault}
 */
export function parseCDEvent(body: unknown): CDEvent {
  if (isPlainCDEvent(body)) return toCDEvent(body);
  const parsed = cdevent.safeParse(body);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new CDEventFault(`/${first?.path.join("/") ?? ""} ${first?.message ?? "is not valid"}`);
}

function toCDEvent({ context, subject, customData: given = {} }: PlainCDEvent): CDEvent {
  const { firstCommitAt, ...custom } = given;
  const { id, source, type, timestamp } = context;
  return {
    context: { id, source, type, timestamp: Date.parse(timestamp) },
    subject: { id: subject.id, content: subject.content ?? {} },
    customData: firstCommitAt === undefined ? custom : { ...custom, firstCommitAt: Date.parse(firstCommitAt) },
  };
}
