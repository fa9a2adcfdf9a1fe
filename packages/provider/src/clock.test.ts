import { expect, it } from "vitest";
import { systemClock } from "./clock.ts";

it("takes a time longer than a timer can wait for the longest, not for none", async () => {
  let hasFired = false;
  const cancel = systemClock.after(Number.POSITIVE_INFINITY, "reconnect", () => {
    hasFired = true;
  });
  await new Promise((resolve) => systemClock.after(20, "request", () => resolve(undefined)));
  cancel();

  expect(hasFired).toBe(false);
});
