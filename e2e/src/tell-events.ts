import type { Api } from "./api.ts";

const EVENTS_PER_BATCH = 1_000;

/** What happened, as the subject of a CDEvent. */
export type Told = {
  readonly type: string;
  readonly atMs: number;
  readonly subject: object;
  readonly customData: object;
};

/** Tells a server of a service as CDEvents, in batches. @param told the ids of its events are the service and their places */
export async function tellEvents(api: Api, service: string, told: readonly Told[]): Promise<void> {
  const events = told.map(({ type, atMs, subject, customData }, index) => {
    const id = `${service}-${index}`;
    const at = new Date(atMs).toISOString();
    const context = { version: "0.4.1", id, source: "/ci", type, timestamp: at };
    return { specversion: "1.0", id, source: "/ci", type, data: { context, subject, customData } };
  });
  for (let start = 0; start < events.length; start += EVENTS_PER_BATCH) {
    const batch = events.slice(start, start + EVENTS_PER_BATCH);
    const type = { "content-type": "application/cloudevents-batch+json" };
    const answer = await api.request("POST", "/cdevents", batch, type);
    if (answer.status !== 202) throw new Error(`the events were refused: ${JSON.stringify(answer.body)}`);
  }
}
