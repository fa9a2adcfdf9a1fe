import type { Api, JournalEvent } from "./api.ts";

/** A page's worth of messages: several events of the journal where batches share one transaction. */
const EVENTS_PER_BATCH = 90;
const BATCH_TYPE = "application/cloudevents-batch+json";

/** What a sender sent, and sends again when it was not answered. */
export type FactBatch = { readonly name: string; readonly ids: readonly string[]; readonly body: string };
export type BatchAnswer = { readonly told: number; readonly duplicates: number };

/** @param name no other batch has it: the messages' ids begin with it */
export function factBatch(name: string): FactBatch {
  const ids = Array.from({ length: EVENTS_PER_BATCH }, (_, nth) => `${name}-${nth}`);
  const events = ids.map((id) => {
    const type = "dev.cdevents.service.deployed.0.2.0";
    const context = { version: "0.4.1", id, source: "/ci", type, timestamp: "2026-11-19T10:00:00Z" };
    const subject = { id: "shop", content: { environment: { id: "production" } } };
    const data = { context, subject, customData: { deploymentId: id } };
    return { specversion: "1.0", id, source: "/ci", type, data };
  });
  return { name, ids, body: JSON.stringify(events) };
}

/** @throws when it is refused, or not answered */
export async function sendBatch(api: Api, { body }: FactBatch): Promise<BatchAnswer> {
  const headers = { "content-type": BATCH_TYPE };
  const answer = await api.request<BatchAnswer>("POST", "/cdevents", body, headers);
  if (answer.status !== 202) throw new Error(`a batch was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** How often the journal has each message, by its id. */
export function toldInJournal(events: readonly JournalEvent[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const event of events) {
    if (event.type !== "delivery.told") continue;
    for (const subject of subjectsOf(event)) times.set(subject, (times.get(subject) ?? 0) + 1);
  }
  return times;
}

/** Of deployments, whose id is the message's. */
function subjectsOf({ data }: JournalEvent): string[] {
  const told: { tellings?: { subject: string }[] } = JSON.parse(JSON.stringify(data));
  return (told.tellings ?? []).map(({ subject }) => subject);
}
