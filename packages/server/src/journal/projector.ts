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
  /**
   * Runs in the transaction that appends the events; throwing refuses the append.
   *
   * @param events of its types, in their order: of one append, or of a page of the journal when it is rebuilt
   */
  project(trx: Transaction<Tables>, events: readonly StoredEvent[]): Promise<void>;
};

/** For a projector to which each event is a matter of its own. */
export function oneByOne(project: (trx: Transaction<Tables>, event: StoredEvent) => Promise<void>) {
  return async (trx: Transaction<Tables>, events: readonly StoredEvent[]): Promise<void> => {
    for (const event of events) await project(trx, event);
  };
}

/** Gives each projector the events that it follows, in the order in which the projectors were given. */
export async function projectEvents(
  projectors: readonly Projector[],
  trx: Transaction<Tables>,
  events: readonly StoredEvent[],
): Promise<void> {
  for (const projector of projectors) {
    const own = events.filter((event) => projector.eventTypes.some((type) => matchesType(type, event.type)));
    if (own.length > 0) await projector.project(trx, own);
  }
}

function matchesType(wanted: string, type: string): boolean {
  return wanted.endsWith(".") ? type.startsWith(wanted) : type === wanted;
}
