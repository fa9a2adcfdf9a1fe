import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { createLiveRollouts } from "./live.ts";
import { openRollouts } from "./rollouts.fixture.ts";

const HEALTHY = { off: { requests: 900, failures: 1 }, on: { requests: 100, failures: 0 } };

describeOnEachStore("a rollout that cannot be judged", (open) => {
  it("is shown as such on every node, with the reason and since when, until it can be judged again", async () => {
    const database = await open();
    const rollouts = await openRollouts(database);
    const id = await rollouts.start();
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(2);
    const elsewhere = createLiveRollouts({ database, judge: { latest: () => undefined }, nowMs: () => 0 });
    const shown = async () => elsewhere.show(await rollouts.state(id));
    const table = () => database.db.updateTable("rollout_checkpoint").where("rollout_id", "=", id);
    const { state } = await database.db
      .selectFrom("rollout_checkpoint")
      .select("state")
      .where("rollout_id", "=", id)
      .executeTakeFirstOrThrow();

    await table().set({ state: "{}" }).execute();
    rollouts.restart();
    await rollouts.judgeSeconds(3);
    const faulty = await shown();
    await table().set({ state }).execute();
    rollouts.restart();
    await rollouts.judgeSeconds(1);

    expect(faulty.judgingFault?.message).not.toBe("");
    expect(faulty.judgingFault?.since).toBe(new Date(rollouts.clock.nowMs - 3_000).toISOString());
    expect((await shown()).judgingFault).toBeNull();
  });
});
