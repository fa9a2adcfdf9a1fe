import type { Clock, TimerPurpose } from "../src/clock.ts";

type Timer = {
  readonly dueMs: number;
  readonly delayMs: number;
  readonly purpose: TimerPurpose;
  readonly run: () => void;
};

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;
  readonly #timers = new Set<Timer>();
  readonly #waiters = new Set<() => void>();

  constructor(startMs = Date.parse("2026-11-21T10:00:00.000Z")) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  readonly nowMs = (): number => this.#nowMs;
  readonly monotonicMs = (): number => this.#nowMs - this.#startMs;

  readonly after = (delayMs: number, purpose: TimerPurpose, run: () => void): (() => void) => {
    const timer = { dueMs: this.#nowMs + delayMs, delayMs, purpose, run };
    this.#timers.add(timer);
    for (const waiter of this.#waiters) waiter();
    return () => {
      this.#timers.delete(timer);
    };
  };

  /** How many timers wait for this. */
  count(purpose: TimerPurpose): number {
    return [...this.#timers].filter((timer) => timer.purpose === purpose).length;
  }

  /** Resolves with its delay when a timer for `purpose` is set, at once if there is one. */
  async waiting(purpose: TimerPurpose): Promise<number> {
    for (;;) {
      for (const timer of this.#timers) if (timer.purpose === purpose) return timer.delayMs;
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
  }

  /** Runs what is due on the way, in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.run();
    }
    this.#nowMs = endMs;
  }

  /** Waits for a timer for `purpose`, then lets it fire. */
  async fire(purpose: TimerPurpose): Promise<void> {
    await this.waiting(purpose);
    const dueMs = Math.min(...[...this.#timers].filter((t) => t.purpose === purpose).map((t) => t.dueMs));
    this.advance(Math.max(0, dueMs - this.#nowMs));
  }
}
