import type { Database } from "../db/database.ts";
import { newId } from "../http/ids.ts";
import type { NewEvent, Provenance, StoredEvent, StreamAppend } from "./event.ts";
import { createJournal, type Journal } from "./journal.ts";
import { oneByOne, type Projector } from "./projector.ts";

export const BY_TEST: Provenance = { actor: { kind: "system", id: "test", name: "test" }, reason: "because" };

/** Counts the events of each stream in `setting`. */
export const countProjector: Projector = {
  name: "count",
  eventTypes: ["counted.", "whole"],
  tables: ["setting"],
  project: oneByOne(async (trx, event) => {
    const row = await trx.selectFrom("setting").select("value").where("key", "=", event.stream).executeTakeFirst();
    const value = String(Number(row?.value ?? 0) + 1);
    await trx
      .insertInto("setting")
      .values({ key: event.stream, value })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
      .execute();
  }),
};

export function openJournal(database: Database): Promise<Journal> {
  return createJournal({ database, projectors: [countProjector], nowMs: () => 1_000, newId });
}

export function appendTo(stream: string, expectedVersion: number, ...types: string[]): StreamAppend {
  const events = types.map((type): NewEvent => ({ type, data: { type } }));
  return { stream, expectedVersion, events };
}

/** Follows a journal until `count` events have come. */
export function collect(journal: Journal, fromSeq: number, count: number): Promise<readonly StoredEvent[]> {
  return new Promise((resolve) => {
    const collected: StoredEvent[] = [];
    const stop = journal.tail(fromSeq, (events) => {
      collected.push(...events);
      if (collected.length < count) return;
      stop();
      resolve(collected);
    });
  });
}
