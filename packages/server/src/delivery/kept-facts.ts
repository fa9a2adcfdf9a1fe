import type { DeliveryFacts } from "@steadfast/core/delivery/facts";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { countTellings, type FactsOf, readDeliveryFacts } from "./read.ts";

/** Of all the facts that are kept: at about 500 bytes each, 100 MB. The service that was asked for last is kept however large it is. */
const TELLINGS_KEPT_MAX = 200_000;

type Kept = { readonly tellings: number; readonly facts: Promise<DeliveryFacts> };

/**
 * Reads a service's facts, and keeps them until something else is told of it, on whichever node: a page is asked for in several windows, and again and again.
 * What is answered is shared: it must not be changed.
 */
export function keepFacts(db: Kysely<Tables>): (of: FactsOf) => Promise<DeliveryFacts> {
  const kept = new Map<string, Kept>();
  return async (of) => {
    const key = JSON.stringify([of.service, of.environment, of.repositories]);
    // Counted first: what comes in between is read already, and read once more the next time.
    const tellings = await countTellings(db, of);
    const known = kept.get(key);
    const entry = known?.tellings === tellings ? known : { tellings, facts: readDeliveryFacts(db, of) };
    kept.delete(key);
    kept.set(key, entry);
    forgetOldest(kept);
    try {
      return await entry.facts;
    } catch (error) {
      if (kept.get(key) === entry) kept.delete(key);
      throw error;
    }
  };
}

function forgetOldest(kept: Map<string, Kept>): void {
  let total = [...kept.values()].reduce((sum, { tellings }) => sum + tellings, 0);
  for (const [key, { tellings }] of kept) {
    if (total <= TELLINGS_KEPT_MAX || kept.size === 1) return;
    kept.delete(key);
    total -= tellings;
  }
}
