import type { Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { appendEvents } from "./append.ts";
import type { Provenance, StoredEvent, StreamAppend } from "./event.ts";
import { type Projector, projectEvents } from "./projector.ts";
import { type EventQuery, readEvents, readHeadSeq, readStreamEvents } from "./read.ts";
import { rebuildProjections } from "./rebuild.ts";
import { readTailPage, startTail, type TailFailure } from "./tail.ts";

export type AppendInTransaction = (
  appends: readonly StreamAppend[],
  provenance: Provenance,
) => Promise<readonly StoredEvent[]>;

export type Journal = {
  /**
   * One transaction: the events, their projections, and `also`.
   *
   * @throws {ProblemError} `write-conflict` when a stream is not at its `expectedVersion`
   */
  append(
    appends: readonly StreamAppend[],
    provenance: Provenance,
    also?: (trx: Transaction<Tables>) => Promise<void>,
  ): Promise<readonly StoredEvent[]>;
  /** Inside a caller's transaction; the caller calls `announce` after the commit. */
  appendIn(
    trx: Transaction<Tables>,
    appends: readonly StreamAppend[],
    provenance: Provenance,
  ): Promise<readonly StoredEvent[]>;
  /** Wakes the tails of this node, and tells the other nodes. */
  announce(): void;
  /** Reads and appends in one transaction, announced after the commit. `run` may run again, as `Database.transaction` says. */
  transaction<T>(run: (trx: Transaction<Tables>, append: AppendInTransaction) => Promise<T>): Promise<T>;
  /** A stream's events, oldest first. */
  readStream(
    stream: string,
    range?: { readonly afterVersion?: number; readonly limit?: number },
  ): Promise<readonly StoredEvent[]>;
  read(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** The newest committed event's `seq`; 0 for an empty journal. */
  headSeq(): Promise<number>;
  /** Empties the projectors' tables and projects the whole journal again, in one transaction. */
  rebuild(): Promise<{ readonly events: number }>;
  /**
   * Calls `onEvents` with every committed event after `fromSeq`, in order, without gaps, from any node; the next call
   * waits for the one before. When `onEvents` throws, `onTailFailure` is told and the same events come again after a
   * second. Woken by local appends, hints of other nodes, and every second.
   *
   * @param onEvents is also told up to which seq it has seen everything: with no event at all when none is of `types`
   * @param types as in a filter; default: all, `[]`: none, only how far the journal is. What is not asked for is not read
   * @returns how to stop
   */
  tail(fromSeq: number, onEvents: OnEvents, types?: readonly string[]): () => void;
  /** Stops all tails. */
  close(): Promise<void>;
};

export type OnEvents = (events: readonly StoredEvent[], upToSeq: number) => void | Promise<void>;

export type JournalDeps = {
  readonly database: Database;
  readonly projectors: readonly Projector[];
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
  /** Called in each transaction that appends, after the projections. Throwing refuses the append. */
  readonly onAppended?: (trx: Transaction<Tables>) => Promise<void>;
  /** Told of a tail's consumer that threw, or of a store that cannot be read; the tail goes on. */
  readonly onTailFailure?: (failure: TailFailure) => void;
};

export async function createJournal(deps: JournalDeps): Promise<Journal> {
  const { database, projectors } = deps;
  const wakers = new Set<() => void>();
  const stops = new Set<() => void>();
  const wakeTails = () => {
    for (const wake of wakers) wake();
  };
  const stopListening = await database.listen(wakeTails);

  const appendIn: Journal["appendIn"] = async (trx, appends, provenance) => {
    const events = await appendEvents(trx, appends, provenance, { nowMs: deps.nowMs(), newId: deps.newId });
    await projectEvents(projectors, trx, events);
    if (events.length > 0) await deps.onAppended?.(trx);
    return events;
  };
  const announce = () => {
    wakeTails();
    void database.notify();
  };
  const transaction: Journal["transaction"] = async (run) => {
    let hasAppended = false;
    const result = await database.transaction((trx) =>
      run(trx, (appends, provenance) => {
        hasAppended = true;
        return appendIn(trx, appends, provenance);
      }),
    );
    if (hasAppended) announce();
    return result;
  };

  return {
    append: (appends, provenance, also) =>
      transaction(async (trx, append) => {
        const events = await append(appends, provenance);
        await also?.(trx);
        return events;
      }),
    appendIn,
    announce,
    transaction,
    readStream: (stream, range = {}) => readStreamEvents(database.db, stream, range),
    read: (query) => readEvents(database.db, query),
    headSeq: () => readHeadSeq(database.db),
    rebuild: () => rebuildProjections(database, projectors),
    tail: (fromSeq, onEvents, types) => {
      const tail = startTail({
        fromSeq,
        onEvents,
        read: (afterSeq, limit) => readTailPage(database.db, types, afterSeq, limit),
        onFailure: deps.onTailFailure ?? (() => {}),
      });
      const stop = () => {
        tail.stop();
        wakers.delete(tail.wake);
        stops.delete(stop);
      };
      wakers.add(tail.wake);
      stops.add(stop);
      return stop;
    },
    close: async () => {
      for (const stop of stops) stop();
      await stopListening();
    },
  };
}
