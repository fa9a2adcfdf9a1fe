import type { FlagDefinition } from "@steadfast/core/flags/definition";
import type { Transaction } from "kysely";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { NewEvent, StoredEvent } from "../journal/event.ts";
import { oneByOne, type Projector } from "../journal/projector.ts";

/** What the flags noun writes into the journal. */
export type FlagEvent =
  | { readonly type: "flag.registered"; readonly data: FlagRegistered }
  | { readonly type: "flag.created"; readonly data: FlagWritten }
  | { readonly type: "flag.changed"; readonly data: FlagWritten }
  | { readonly type: "flag.switched-off"; readonly data: FlagWritten }
  | { readonly type: "flag.restored"; readonly data: FlagWritten & { readonly restoredVersion: number } };

type FlagRegistered = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly service: string;
};

export type FlagWritten = {
  readonly environment: string;
  readonly key: string;
  readonly definition: FlagDefinition;
  /** The rollout that wrote it; absent: a person did. */
  readonly rolloutId?: string;
};

export const catalogueStream = (key: string) => `flag/${key}`;
export const flagStream = (environment: string, key: string) => `flag/${environment}/${key}`;

/** Makes a typed event a journal event; its data is JSON by construction. */
export function toNewEvent(event: FlagEvent): NewEvent {
  const { type, data } = event;
  return { type, data: { ...data } };
}

export const flagProjector: Projector = {
  name: "flags",
  eventTypes: ["flag."],
  tables: ["flag", "flag_state"],
  project: oneByOne(project),
};

async function project(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  if (event.type === "flag.registered") return register(trx, event);
  return write(trx, event);
}

async function register(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  const data = storedAs<FlagRegistered>(event.data);
  await trx
    .insertInto("flag")
    .values({
      key: data.key,
      description: data.description,
      owner: data.owner,
      service: data.service,
      created_at_ms: event.occurredAtMs,
    })
    .execute();
}

async function write(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  const data = storedAs<FlagWritten>(event.data);
  const row = {
    version: event.version,
    definition: JSON.stringify(data.definition),
    updated_at_ms: event.occurredAtMs,
    updated_by: JSON.stringify(event.actor),
    reason: event.reason,
  };
  await trx
    .insertInto("flag_state")
    .values({ environment: data.environment, key: data.key, ...row })
    .onConflict((conflict) => conflict.columns(["environment", "key"]).doUpdateSet(row))
    .execute();
}
