import type { SteadfastOptions } from "@steadfast/openfeature-provider";

type Clock = NonNullable<SteadfastOptions["clock"]>;
type Timer = { readonly dueMs: number; readonly run: () => void; handle: NodeJS.Timeout };

/** The system's clock, of which a test can skip a part: what would be due by then is run at once. */
export function createSkippingClock(): Clock & { skip(ms: number): void } {
  let skippedMs = 0;
  const timers = new Set<Timer>();
  const monotonicMs = () => performance.now() + skippedMs;
  const arm = (timer: Timer): void => {
    clearTimeout(timer.handle);
    timer.handle = setTimeout(
      () => {
        timers.delete(timer);
        timer.run();
      },
      Math.max(0, timer.dueMs - monotonicMs()),
    );
  };
  return {
    nowMs: () => Date.now() + skippedMs,
    monotonicMs,
    after: (delayMs, _purpose, run) => {
      const timer: Timer = { dueMs: monotonicMs() + delayMs, run, handle: setTimeout(() => {}, 0) };
      timers.add(timer);
      arm(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer.handle);
      };
    },
    skip: (ms) => {
      skippedMs += ms;
      for (const timer of timers) arm(timer);
    },
  };
}
