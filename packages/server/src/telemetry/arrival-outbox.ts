import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import { type ArmKey, type Arrival, armName, pairOf, type WatchedPairs } from "./counted-arms.ts";
import { insertArrivals, readLastBatch, writeLastBatch } from "./store.ts";

/** By arm. */
type Arrivals = ReadonlyMap<string, Arrival>;
type Batch = { readonly id: string; readonly arrivals: Arrivals };

/**
 * Counts on their way to the judge: kept until the store has them, and written exactly once.
 *
 * A write whose outcome is unknown (the connection broke at the commit) is looked up before the next one: each batch leaves
 * its id in the store in the same transaction. Bounded by the arms counted: what waits is merged, not queued.
 */
export class ArrivalOutbox {
  readonly #node: string;
  readonly #start: string;
  #batchNumber = 0;
  #pending = new Map<string, Arrival>();
  #unsettled: Batch | undefined;

  /** @param startMs tells this process's batches from those of an earlier one of the same node */
  constructor(node: string, startMs: number) {
    this.#node = node;
    this.#start = String(startMs);
  }

  add(arrival: Arrival): void {
    addTo(this.#pending, arrival);
  }

  isEmpty(): boolean {
    return this.#pending.size === 0 && this.#unsettled === undefined;
  }

  /** Forgets what nobody will judge any more, and what is from before the rollout that is judged now. */
  keepOnly(pairs: WatchedPairs, restarted: readonly ArmKey[]): void {
    const outdated = new Set(restarted.map(armName));
    const isKept = (name: string, arrival: Arrival) => pairs.has(pairOf(arrival)) && !outdated.has(name);
    this.#pending = new Map([...this.#pending].filter(([name, arrival]) => isKept(name, arrival)));
  }

  /**
   * @param write runs the callback in one transaction, perhaps more than once
   * @throws what `write` throws; nothing is lost then
   */
  async flush(
    write: (run: (trx: Transaction<Tables>) => Promise<void>) => Promise<void>,
    nowMs: number,
  ): Promise<void> {
    const taken = this.#pending;
    this.#pending = new Map();
    this.#batchNumber += 1;
    const id = `${this.#start}-${this.#batchNumber}`;
    let attempt: Batch | undefined;
    try {
      await write(async (trx) => {
        attempt = undefined;
        attempt = { id, arrivals: await this.#settle(trx, taken) };
        if (attempt.arrivals.size === 0) return;
        await insertArrivals(trx, this.#node, [...attempt.arrivals.values()], nowMs);
        await writeLastBatch(trx, this.#node, id, nowMs);
      });
      this.#unsettled = undefined;
    } catch (error) {
      if (attempt) this.#unsettled = attempt;
      else this.#pending = merge(taken, this.#pending);
      throw error;
    }
  }

  /** What is to be written: with the counts of the unsettled batch, unless the store has them. */
  async #settle(trx: Transaction<Tables>, taken: Arrivals): Promise<Arrivals> {
    const unsettled = this.#unsettled;
    if (!unsettled) return taken;
    const isStored = (await readLastBatch(trx, this.#node)) === unsettled.id;
    return isStored ? taken : merge(unsettled.arrivals, taken);
  }
}

function merge(earlier: Arrivals, later: Arrivals): Map<string, Arrival> {
  const merged = new Map(earlier);
  for (const arrival of later.values()) addTo(merged, arrival);
  return merged;
}

function addTo(arrivals: Map<string, Arrival>, arrival: Arrival): void {
  const name = armName(arrival);
  const known = arrivals.get(name);
  arrivals.set(name, known ? { ...known, counts: mergeArmCounts(known.counts, arrival.counts) } : arrival);
}
