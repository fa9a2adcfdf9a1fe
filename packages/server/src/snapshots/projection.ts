import type { Transaction } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "../journal/event.ts";
import { oneByOne, type Projector } from "../journal/projector.ts";

/** The newest event that changed what an environment publishes. */
export type SnapshotMark = { readonly version: number };

/** What may change what an environment publishes. */
export const PUBLISHING_EVENTS: readonly string[] = ["environment.created", "flag.", "rollout."];

/**
 * Marks, in the event's own transaction, which environment it changes: so a snapshot's version is the same on every
 * node and after every restart.
 */
export const snapshotProjector: Projector = {
  name: "snapshots",
  eventTypes: PUBLISHING_EVENTS,
  tables: ["setting"],
  project: oneByOne(async (trx, event) => {
    const environment = publishedEnvironment(event);
    if (environment === undefined) return;
    const value = JSON.stringify({ version: event.seq } satisfies SnapshotMark);
    await trx
      .insertInto("setting")
      .values({ key: markKey(environment), value })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
      .execute();
  }),
};

export async function readSnapshotMark(trx: Transaction<Tables>, environment: string): Promise<SnapshotMark> {
  const row = await trx
    .selectFrom("setting")
    .select("value")
    .where("key", "=", markKey(environment))
    .executeTakeFirst();
  return row ? readStoredJson<SnapshotMark>(row.value) : { version: 0 };
}

const markKey = (environment: string) => `snapshot/${environment}`;

const PUBLISHING_ROLLOUT_EVENTS: ReadonlySet<string> = new Set([
  "rollout.stage-entered",
  "rollout.completed",
  "rollout.rolled-back",
  "rollout.stopped",
]);

/** The environment whose snapshot an event changes, if any. */
export function publishedEnvironment(event: StoredEvent): string | undefined {
  if (event.type === "environment.created") return stringField(event.data, "key");
  if (event.type.startsWith("flag.") || PUBLISHING_ROLLOUT_EVENTS.has(event.type))
    return stringField(event.data, "environment");
  return undefined;
}

function stringField(data: unknown, name: string): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const value: unknown = Reflect.get(data, name);
  return typeof value === "string" ? value : undefined;
}
