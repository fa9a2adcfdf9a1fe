import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const APPLIED = "/api/v1/environments/production/snapshot/applied";

describeOnEachStore("what an instance says that it applied", (open) => {
  it("tells the time from the change to its being applied, once", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("POST", "/api/v1/flags", { key: "new-checkout" });
    const { body: journal } = await ask("GET", "/api/v1/events?order=desc&limit=50");
    const created = journal.items.find((event: { stream: string }) => event.stream === "flag/production/new-checkout");

    await ask("POST", APPLIED, { instance: "i-1", name: "shop", version: created.seq - 1 });
    const first = await ask("GET", "/api/v1/environments/production/instances");
    await ask("POST", APPLIED, { instance: "i-1", name: "shop", version: created.seq });
    const second = await ask("GET", "/api/v1/environments/production/instances");
    await ask("POST", APPLIED, { instance: "i-1", name: "shop", version: created.seq });
    const third = await ask("GET", "/api/v1/environments/production/instances");
    await close();

    expect(first.body.items).toMatchObject([{ id: "i-1", appliedLagMs: null }]);
    expect(second.body.items[0].appliedLagMs).toBeGreaterThanOrEqual(0);
    expect(third.body.items[0].appliedLagMs).toBe(second.body.items[0].appliedLagMs);
  });

  it("tells no lag for a version that never was", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("POST", APPLIED, { instance: "i-1", version: 1 });
    await ask("POST", APPLIED, { instance: "i-1", version: 999_999 });

    const { body } = await ask("GET", "/api/v1/environments/production/instances");
    await close();

    expect(body.items).toMatchObject([{ appliedVersion: 999_999, appliedLagMs: null }]);
  });

  it("is summed up over all, and the few that are asked for are those furthest behind", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("POST", "/api/v1/flags", { key: "new-checkout" });
    const { body: before } = await ask("GET", "/api/v1/environments/production/instances");
    const current = before.currentVersion;
    for (const [instance, version] of [
      ["i-1", current],
      ["i-2", current - 2],
      ["i-3", current],
      ["i-4", current - 1],
    ])
      await ask("POST", APPLIED, { instance, version });

    const { body } = await ask("GET", "/api/v1/environments/production/instances?limit=2");
    const none = await ask("GET", "/api/v1/environments/staging/instances");
    await close();

    expect(before.summary).toEqual({ total: 0, upToDate: 0, slowestLagMs: null });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(["i-2", "i-4"]);
    expect(body.summary).toEqual({ total: 4, upToDate: 2, slowestLagMs: null });
    expect(none.body.summary.total).toBe(0);
  });
});
