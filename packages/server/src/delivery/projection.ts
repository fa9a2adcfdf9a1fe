import type { Transaction } from "kysely";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "../journal/event.ts";
import type { Projector } from "../journal/projector.ts";
import type { DeliveryTold, ServiceSet, SourceConnected, SourceDisconnected } from "./events.ts";
import { tellRollout } from "./own-rollouts.ts";
import { insertTellings, type ToldAt } from "./tellings.ts";

/** 5,000 tellings, some 4 MB of rows; a page of a rebuild has 500 events. */
const EVENTS_STORED_TOGETHER_MAX = 40;

export const deliveryProjector: Projector = {
  name: "delivery",
  eventTypes: ["delivery.", "service.", "source.", "rollout."],
  tables: ["delivery_telling", "delivery_scope", "service", "delivery_source"],
  project,
};

/** What events one after the other told is stored together: a thousand tellings are eight of them. */
async function project(trx: Transaction<Tables>, events: readonly StoredEvent[]): Promise<void> {
  let told: ToldAt[] = [];
  const store = async () => {
    await insertTellings(trx, told);
    told = [];
  };
  for (const event of events) {
    if (event.type === "delivery.told") {
      told.push({ tellings: storedAs<DeliveryTold>(event.data).tellings, recordedAtMs: event.occurredAtMs });
      if (told.length >= EVENTS_STORED_TOGETHER_MAX) await store();
    } else {
      await store();
      await projectOther(trx, event);
    }
  }
  await store();
}

async function projectOther(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  switch (event.type) {
    case "service.set":
      return setService(trx, storedAs<ServiceSet>(event.data), event.version);
    case "source.connected":
      return connect(trx, storedAs<SourceConnected>(event.data), event.occurredAtMs);
    case "source.disconnected": {
      const { id } = storedAs<SourceDisconnected>(event.data);
      await trx
        .updateTable("delivery_source")
        .set({ removed_at_ms: event.occurredAtMs })
        .where("id", "=", id)
        .execute();
      return;
    }
    default:
      return tellRollout(trx, event);
  }
}

async function setService(trx: Transaction<Tables>, { key, ...body }: ServiceSet, version: number): Promise<void> {
  const row = { version, body: JSON.stringify(body) };
  await trx
    .insertInto("service")
    .values({ key, ...row })
    .onConflict((conflict) => conflict.column("key").doUpdateSet(row))
    .execute();
}

async function connect(trx: Transaction<Tables>, source: SourceConnected, nowMs: number): Promise<void> {
  const { id, kind, name } = source;
  await trx
    .insertInto("delivery_source")
    .values({ id, kind, name, created_at_ms: nowMs, removed_at_ms: null })
    .execute();
}
