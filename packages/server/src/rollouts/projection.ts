import {
  evolveRollout,
  isWatched,
  type RecordedRolloutEvent,
  type RolloutEvent,
  type RolloutState,
} from "@steadfast/core/rollouts/state";
import type { Transaction } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { NewEvent, StoredEvent } from "../journal/event.ts";
import { oneByOne, type Projector } from "../journal/projector.ts";

export const rolloutStream = (id: string) => `rollout/${id}`;

/** Every rollout event names its environment and flag, so that a reader of the journal needs no other event. */
export function toNewEvent(rollout: Pick<RolloutState, "environment" | "flag">, event: RolloutEvent): NewEvent {
  const data = { environment: rollout.environment, flag: rollout.flag, ...event.data };
  return { type: event.type, data: storedAs<NewEvent["data"]>(data) };
}

export const rolloutProjector: Projector = {
  name: "rollouts",
  eventTypes: ["rollout."],
  tables: ["rollout"],
  project: oneByOne(project),
};

async function project(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  const id = event.stream.slice("rollout/".length);
  const row = await trx.selectFrom("rollout").select("body").where("id", "=", id).executeTakeFirst();
  const before = row ? readStoredJson<RolloutState>(row.body) : undefined;
  const state = evolveRollout(before, storedAs<RecordedRolloutEvent>(event));
  if (!state) return;

  const changing = {
    state: state.state,
    is_active: isActive(state) ? 1 : 0,
    version: state.version,
    body: JSON.stringify(state),
    updated_at_ms: event.occurredAtMs,
    started_at_ms: state.startedAtMs,
    ended_at_ms: state.endedAtMs,
  };
  if (before) {
    await trx.updateTable("rollout").set(changing).where("id", "=", id).execute();
    return;
  }
  await trx
    .insertInto("rollout")
    .values({
      id,
      environment: state.environment,
      flag: state.flag,
      service: state.service,
      candidate: state.candidate,
      created_at_ms: state.createdAtMs,
      ...changing,
    })
    .execute();
}

/** Still needs somebody's eye: queued, moving people, or completed and watched. */
function isActive(state: RolloutState): boolean {
  return state.state === "queued" || isWatched(state);
}
