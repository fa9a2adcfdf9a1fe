import { expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

describeOnEachStore("what a node tells about itself", (open) => {
  it("names its store with its size, and sees its own guard at work", async () => {
    const { ask, close } = await openTestNode(await open.config());
    try {
      await expect.poll(async () => (await ask("GET", "/api/v1/about")).body.judge.isOnTime).toBe(true);

      const { body } = await ask("GET", "/api/v1/about");

      expect(body.store.kind).toBe(open.kind);
      expect(body.store.bytes).toBeGreaterThan(10_000);
      expect(body.journalHead).toBeGreaterThan(0);
      expect(body.node.residentBytes).toBeGreaterThan(body.node.heapUsedBytes);
    } finally {
      await close();
    }
  });
});
