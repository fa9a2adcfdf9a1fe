/** Time as an argument, so that tests decide what time it is. */
export type Clock = {
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** Milliseconds that only ever grow, for latencies. */
  readonly monotonicMs: () => number;
  /** Calls `run` once after `delayMs`, or sooner where that is longer than a timer can wait. `purpose` names the timer. The returned function cancels it. */
  readonly after: (delayMs: number, purpose: TimerPurpose, run: () => void) => () => void;
};

export type TimerPurpose =
  | "acknowledge"
  | "bootstrap"
  | "break-glass"
  | "freshness"
  | "observations"
  | "reconnect"
  | "request"
  | "silence";

/** The longest that a timer of the platform can wait, 24.8 days. It takes anything longer for 1 ms. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, _purpose, run) {
    const timer = setTimeout(run, Math.min(delayMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
export function pause(clock: Clock, delayMs: number, purpose: TimerPurpose, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const cancel = clock.after(delayMs, purpose, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
