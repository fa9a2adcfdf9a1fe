import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "./event.ts";
import { readEventsAndHead, readHeadSeq } from "./read.ts";

/** The truth when every hint was lost: one indexed read of nothing a second. */
const POLL_MS = 1_000;
/** Events handed over at once. */
const EVENTS_PER_PAGE = 500;

/** The events that a tail follows, in order, and the seq up to which there are no others. */
export type TailPage = { readonly events: readonly StoredEvent[]; readonly upToSeq: number };

export type TailFailure = { readonly afterSeq: number; readonly error: unknown };

type TailInput = {
  readonly fromSeq: number;
  readonly read: (afterSeq: number, limit: number) => Promise<TailPage>;
  readonly onEvents: (events: readonly StoredEvent[], upToSeq: number) => void | Promise<void>;
  readonly onFailure: (failure: TailFailure) => void;
};

/** Reads on from `fromSeq` for ever. A wake while it reads is kept, so that nothing waits for the poll. */
export function startTail(input: TailInput): { wake: () => void; stop: () => void } {
  let afterSeq = input.fromSeq;
  let isStopped = false;
  let isWoken = false;
  let endPause: (() => void) | undefined;

  const pause = (isWhole: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      timer.unref();
      endPause = () => {
        if (isWhole && !isStopped) return;
        clearTimeout(timer);
        resolve();
      };
    });

  const handOver = async (): Promise<boolean> => {
    const { events, upToSeq } = await input.read(afterSeq, EVENTS_PER_PAGE);
    if (isStopped || upToSeq <= afterSeq) return false;
    await input.onEvents(events, upToSeq);
    afterSeq = upToSeq;
    return events.length === EVENTS_PER_PAGE;
  };

  const run = async () => {
    while (!isStopped) {
      isWoken = false;
      let hasFailed = false;
      let hasMore = false;
      try {
        hasMore = await handOver();
      } catch (error) {
        hasFailed = true;
        if (!isStopped) input.onFailure({ afterSeq, error });
      }
      // After a failure the pause is whole: a hint must not turn retrying into a busy loop.
      if (isStopped || hasMore || (isWoken && !hasFailed)) continue;
      await pause(hasFailed);
      endPause = undefined;
    }
  };
  void run();

  return {
    wake: () => {
      isWoken = true;
      endPause?.();
    },
    stop: () => {
      isStopped = true;
      endPause?.();
    },
  };
}

/**
 * What a tail has not seen yet. Events and head are read by one statement, which sees one moment: before that head there are no others.
 *
 * @param types as in a filter; none: only how far the journal is
 */
export async function readTailPage(
  db: Kysely<Tables>,
  types: readonly string[] | undefined,
  afterSeq: number,
  limit: number,
): Promise<TailPage> {
  if (types?.length === 0) return { events: [], upToSeq: await readHeadSeq(db) };
  const { events, headSeq } = await readEventsAndHead(db, { types, afterSeq, limit });
  return { events, upToSeq: events.length === limit ? (events.at(-1)?.seq ?? headSeq) : headSeq };
}
