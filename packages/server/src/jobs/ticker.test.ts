import { describe, expect, it } from "vitest";
import { startTicker, type Ticker, type TickerClock } from "./ticker.ts";

/** A clock that stands still until something waits, and then is exactly there. */
function steppingClock(startMs: number): TickerClock & { atMs: number } {
  const clock: TickerClock & { atMs: number } = {
    atMs: startMs,
    nowMs: () => clock.atMs,
    wait: async (ms: number) => {
      clock.atMs += ms;
    },
  };
  return clock;
}

/** Lets a ticker run `durations.length` times; each run takes so long by the clock. */
async function tick(startMs: number, durations: readonly number[]) {
  const clock = steppingClock(startMs);
  const ticks: number[] = [];
  const lates: number[] = [];
  await new Promise<void>((resolve) => {
    const ticker = startTicker({
      intervalMs: 1_000,
      clock,
      onLate: (lateMs) => lates.push(lateMs),
      run: async (tickStartMs) => {
        ticks.push(tickStartMs);
        clock.atMs += durations[ticks.length - 1] ?? 0;
        if (ticks.length === durations.length) void ticker.stop().then(resolve);
      },
    });
  });
  return { ticks, lates };
}

let ticker: Ticker | undefined;

describe("a ticker", () => {
  it("ticks on whole intervals, whatever the runs take, as long as they take less", async () => {
    const { ticks, lates } = await tick(10_400, [0, 300, 999, 1]);

    expect(ticks).toEqual([11_000, 12_000, 13_000, 14_000]);
    expect(lates).toEqual([0, 0, 0, 0]);
  });

  it("leaves out the ticks that a long run missed, says how late it is, and is on time again after", async () => {
    const { ticks, lates } = await tick(10_000, [3_700, 0, 0]);

    expect(ticks).toEqual([10_000, 13_000, 14_000]);
    expect(lates).toEqual([0, 2_700, 0]);
  });

  it.each([
    ["back", -3_600_000, [10_000, -3_590_000, -3_589_000]],
    ["forward", 3_600_000, [10_000, 3_610_000, 3_611_000]],
  ])("goes on within an interval when the clock is set %s by an hour", async (_way, stepMs, expected) => {
    const { ticks } = await tick(10_000, [stepMs, 0, 0]);

    expect(ticks).toEqual(expected);
  });

  it("waits for the run that is under way when it is stopped", async () => {
    const order: string[] = [];
    let finish = () => {};
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const begun = new Promise<AbortSignal>((begin) => {
      ticker = startTicker({
        intervalMs: 1_000,
        clock: steppingClock(0),
        run: async (_tickStartMs, signal) => {
          begin(signal);
          await running;
          order.push("finished");
        },
      });
    });
    const signal = await begun;

    const stopping = ticker?.stop().then(() => order.push("stopped"));
    finish();
    await stopping;

    expect(signal.aborted).toBe(true);
    expect(order).toEqual(["finished", "stopped"]);
  });

  it("ends a pause at once when it is stopped", async () => {
    const sleeping = startTicker({ intervalMs: 3_600_000, run: async () => {} });

    await sleeping.stop();
  });
});
