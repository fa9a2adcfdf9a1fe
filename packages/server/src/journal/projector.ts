import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "./event.ts";

/** Keeps tables that are a function of the journal alone. */
export type Projector = {
  readonly name: string;
  /** Whole types, or prefixes that end with a dot, such as `flag.`. */
  readonly eventTypes: readonly string[];
  /** Emptied by a rebuild; no other projector writes them. */
  readonly tables: readonly (keyof Tables)[];
  /** Runs in the transaction that appends the event; throwing refuses the append. */
  project(trx: Transaction<Tables>, event: StoredEvent): Promise<void>;
};

/** Runs the projectors that follow the event's type, in the order they were given. */
export async function projectEvent(
  projectors: readonly Projector[],
  trx: Transaction<Tables>,
  event: StoredEvent,
): Promise<void> {
  for (const projector of projectors) {
    if (projector.eventTypes.some((type) => matchesType(type, event.type))) await projector.project(trx, event);
  }
}

function matchesType(wanted: string, type: string): boolean {
  return wanted.endsWith(".") ? type.startsWith(wanted) : type === wanted;
}
