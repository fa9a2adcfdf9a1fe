import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openRollouts } from "./rollouts.fixture.ts";
import { pruneTicks, TICKS_KEPT_MS } from "./tick-retention.ts";

const BROKEN = { off: { requests: 900, failures: 1 }, on: { requests: 10, failures: 10 } };

describeOnEachStore("the ticks of a rollout", (open) => {
  it("are deleted 90 days after its end, whatever their number; those of others stay", async () => {
    const database = await open();
    const rollouts = await openRollouts(database);
    const long = await rollouts.start({ flag: "long" });
    const running = await rollouts.start({ flag: "running", mode: "dry-run", alongside: "a comparison" });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(5);
    const { endedAtMs } = await rollouts.state(long);
    const more = Array.from({ length: 4_500 }, (_, index) => ({
      rollout_id: long,
      tick: 100 + index,
      body: "{}",
      verdict: "wait",
      log_evidence: 0,
      reading: null,
    }));
    for (let start = 0; start < more.length; start += 1_000)
      await database.db
        .insertInto("rollout_tick")
        .values(more.slice(start, start + 1_000))
        .execute();
    const kept = async (id: string) =>
      (await database.db.selectFrom("rollout_tick").select("tick").where("rollout_id", "=", id).execute()).length;

    await pruneTicks(database, (endedAtMs ?? 0) + TICKS_KEPT_MS);
    const before = await kept(long);
    await pruneTicks(database, (endedAtMs ?? 0) + TICKS_KEPT_MS + 1);

    expect(before).toBeGreaterThan(4_500);
    expect(await kept(long)).toBe(0);
    expect(await kept(running)).toBe(5);
    expect((await rollouts.state(long)).state).toBe("rolled-back");
  });
});
