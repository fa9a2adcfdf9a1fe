import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { FactsOf } from "./read.ts";
import { type HeardFacts, ServiceFacts } from "./service-facts.ts";

/** Of all the services that are kept: at about 800 bytes each, 80 MB. The service that was asked for last is kept however large it is. */
const TELLINGS_KEPT_MAX = 100_000;

/**
 * Reads a service's facts, and keeps them: a page is asked for in several windows, and again and again, and what is told meanwhile, on whichever node, is little.
 * What is answered is shared: it must not be changed.
 */
export function keepFacts(db: Kysely<Tables>): (of: FactsOf) => Promise<HeardFacts> {
  const kept = new Map<string, ServiceFacts>();
  return async (of) => {
    const key = JSON.stringify([of.service, of.environment, of.repositories]);
    const service = kept.get(key) ?? new ServiceFacts(db, of);
    kept.delete(key);
    kept.set(key, service);
    try {
      return await service.read();
    } catch (error) {
      if (kept.get(key) === service) kept.delete(key);
      throw error;
    } finally {
      forgetOldest(kept);
    }
  };
}

function forgetOldest(kept: Map<string, ServiceFacts>): void {
  let total = [...kept.values()].reduce((sum, { size }) => sum + size, 0);
  for (const [key, { size }] of kept) {
    if (total <= TELLINGS_KEPT_MAX || kept.size === 1) return;
    kept.delete(key);
    total -= size;
  }
}
