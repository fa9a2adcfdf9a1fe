export type Ticker = {
  /** Ends the ticking, and waits for the run that is under way. */
  stop(): Promise<void>;
};

/** What a ticker needs of the world; tests bring their own. */
export type TickerClock = {
  readonly nowMs: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Calls `run` at every whole multiple of `intervalMs` since the epoch, so that it does not drift and nodes agree on
 * the seconds. Runs never overlap: a run that takes longer than the interval makes the next one late, and the ticks
 * in between are left out. A clock that is set back or forward changes the tick's time, never the rhythm.
 *
 * @param run its first argument is the tick's time, a multiple of `intervalMs`. It handles what can go wrong: an error
 *   that it throws is a bug, which nobody catches, so that the process ends rather than going on without its loop
 * @param onLate told how much later than its time each run begins, in milliseconds; also when that is 0
 */
export function startTicker(input: {
  readonly intervalMs: number;
  readonly run: (tickStartMs: number, signal: AbortSignal) => Promise<void>;
  readonly onLate?: (lateMs: number) => void;
  readonly signal?: AbortSignal;
  readonly clock?: TickerClock;
}): Ticker {
  const { intervalMs, run, onLate, clock = tickerClock(Date.now) } = input;
  const stopping = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, stopping.signal]) : stopping.signal;

  const loop = async (): Promise<void> => {
    // The caller has its ticker before the first run.
    await Promise.resolve();
    let tickMs = nextTick(clock.nowMs(), intervalMs);
    while (!signal.aborted) {
      const waitMs = tickMs - clock.nowMs();
      if (waitMs > intervalMs) {
        // The clock was set back: the tick that was waited for lies further away than any can.
        tickMs = nextTick(clock.nowMs(), intervalMs);
        continue;
      }
      if (waitMs > 0) {
        await clock.wait(waitMs, signal);
        // A timer may fire a little early: then the rest is waited for.
        continue;
      }
      // Late by one interval or more: the newest tick stands for those that were missed.
      const lateMs = clock.nowMs() - tickMs;
      onLate?.(lateMs);
      const startMs = tickMs + Math.floor(lateMs / intervalMs) * intervalMs;
      await run(startMs, signal);
      tickMs = startMs + intervalMs;
    }
  };
  const ended = loop();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

function nextTick(nowMs: number, intervalMs: number): number {
  return Math.ceil(nowMs / intervalMs) * intervalMs;
}

/** Waits by the monotonic clock, whatever becomes of the wall clock meanwhile. */
export function tickerClock(nowMs: () => number): TickerClock {
  return { nowMs, wait: waitMonotonically };
}

function waitMonotonically(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
