import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { FactsOf } from "./read.ts";
import { type HeardFacts, ServiceFacts } from "./service-facts.ts";

/** Of all the services that are kept: at about 800 bytes each, 80 MB. The service that was asked for last is kept however large it is. */
const TELLINGS_KEPT_MAX = 100_000;
/** At about 5 kB for one of which little was told. Who asks names the environment: any name may be asked for. */
export const SERVICES_KEPT_MAX = 200;

export type KeptFacts = {
  readonly read: (of: FactsOf) => Promise<HeardFacts>;
  /** How many services' are kept. */
  readonly size: () => number;
};

/**
 * Reads a service's facts, and keeps them: a page is asked for in several windows, and again and again, and what is told meanwhile, on whichever node, is little.
 * What is answered is shared: it must not be changed.
 */
export function keepFacts(db: Kysely<Tables>): KeptFacts {
  const kept = new Map<string, ServiceFacts>();
  const read = async (of: FactsOf): Promise<HeardFacts> => {
    const key = JSON.stringify([of.service, of.environment, of.repositories, of.isWhereItRuns]);
    const service = kept.get(key) ?? new ServiceFacts(db, of);
    kept.delete(key);
    kept.set(key, service);
    try {
      const facts = await service.read();
      if (service.size === 0 && kept.get(key) === service) kept.delete(key);
      return facts;
    } catch (error) {
      if (kept.get(key) === service) kept.delete(key);
      throw error;
    } finally {
      forgetOldest(kept);
    }
  };
  return { read, size: () => kept.size };
}

function forgetOldest(kept: Map<string, ServiceFacts>): void {
  let total = [...kept.values()].reduce((sum, { size }) => sum + size, 0);
  for (const [key, { size }] of kept) {
    if (kept.size === 1 || (total <= TELLINGS_KEPT_MAX && kept.size <= SERVICES_KEPT_MAX)) return;
    kept.delete(key);
    total -= size;
  }
}
