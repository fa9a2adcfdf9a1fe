export type TickReport = {
  /** Since the last one that succeeded ended, milliseconds; `null`: none has yet. */
  readonly sinceMs: number | null;
  /** How long the last one that succeeded took, milliseconds. */
  readonly tookMs: number | null;
  /** Ticks that began more than a second late, since the start. */
  readonly late: number;
};

/** Remembers when the guard last did its second, so that a guard that stands still can be seen. A clock that is set does not disturb it. */
export function createTickWatch(monotonicMs: () => number) {
  let endedAtMs: number | undefined;
  let tookMs: number | null = null;
  let late = 0;
  return {
    /** Runs a tick; one that throws does not count. */
    time: async (run: () => Promise<void>): Promise<void> => {
      const startedAtMs = monotonicMs();
      await run();
      endedAtMs = monotonicMs();
      tookMs = endedAtMs - startedAtMs;
    },
    countLate: (): void => {
      late += 1;
    },
    report: (): TickReport => ({ sinceMs: endedAtMs === undefined ? null : monotonicMs() - endedAtMs, tookMs, late }),
  };
}
