import type { StoredEvent } from "./event.ts";

/** The truth when every hint was lost: one indexed read of nothing a second. */
const POLL_MS = 1_000;
/** Events handed over at once. */
const EVENTS_PER_PAGE = 500;

export type TailFailure = { readonly afterSeq: number; readonly error: unknown };

type TailInput = {
  readonly fromSeq: number;
  readonly read: (afterSeq: number, limit: number) => Promise<readonly StoredEvent[]>;
  readonly onEvents: (events: readonly StoredEvent[]) => void | Promise<void>;
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
    const events = await input.read(afterSeq, EVENTS_PER_PAGE);
    const last = events.at(-1);
    if (isStopped || !last) return false;
    await input.onEvents(events);
    afterSeq = last.seq;
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
