import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Transaction } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { deliveryStream, deliveryTold } from "./events.ts";
import { onlyNew } from "./tellings.ts";

/** Tellings in one event of the journal: about 50 kB at 400 bytes each, so that a page of 500 events stays below 30 MB. */
const TELLINGS_PER_EVENT_MAX = 128;

export type Recorded = {
  /** Stored now. */
  readonly recorded: number;
  /** Told before, under the same message id. */
  readonly duplicates: number;
};

/** Writes what sources told into the journal, each message once, whoever tells it at the same time. */
export async function recordTellings(
  journal: Journal,
  tellings: readonly ScopedTold[],
  provenance: Provenance,
): Promise<Recorded> {
  if (tellings.length === 0) return { recorded: 0, duplicates: 0 };
  const sources = Map.groupBy(tellings, (each) => each.source);
  const recorded = await journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    let count = 0;
    for (const [source, told] of sources) {
      const fresh = await onlyNew(trx, source, told);
      if (fresh.length === 0) continue;
      const stream = deliveryStream(source);
      const events = inPortions(fresh).map(deliveryTold);
      await append([{ stream, expectedVersion: await versionOf(trx, stream), events }], provenance);
      count += fresh.length;
    }
    return count;
  });
  return { recorded, duplicates: tellings.length - recorded };
}

function inPortions(tellings: readonly ScopedTold[]): ScopedTold[][] {
  const portions: ScopedTold[][] = [];
  for (let start = 0; start < tellings.length; start += TELLINGS_PER_EVENT_MAX)
    portions.push(tellings.slice(start, start + TELLINGS_PER_EVENT_MAX));
  return portions;
}

async function versionOf(trx: Transaction<Tables>, stream: string): Promise<number> {
  const row = await trx
    .selectFrom("event")
    .select("version")
    .where("stream", "=", stream)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.version ?? 0;
}
