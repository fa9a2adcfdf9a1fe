import { describe, expect, it } from "vitest";
import { createTickWatch } from "./tick-watch.ts";

describe("the watch over the guard's second", () => {
  it("knows how long the last one took and how long ago it ended", async () => {
    let nowMs = 1_000;
    const watch = createTickWatch(() => nowMs);

    const before = watch.report();
    await watch.time(async () => {
      nowMs += 30;
    });
    nowMs += 400;

    expect(before).toEqual({ sinceMs: null, tookMs: null, late: 0 });
    expect(watch.report()).toEqual({ sinceMs: 400, tookMs: 30, late: 0 });
  });

  it("does not take a failed second, or one that never ends, for a second done", async () => {
    let nowMs = 1_000;
    const watch = createTickWatch(() => nowMs);
    await watch.time(async () => {});

    nowMs += 5_000;
    await expect(watch.time(() => Promise.reject(new Error("the store is away")))).rejects.toThrow("away");
    void watch.time(() => new Promise(() => {}));
    watch.countLate();

    expect(watch.report()).toMatchObject({ sinceMs: 5_000, late: 1 });
  });
});
