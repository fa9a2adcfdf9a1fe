import { expect, it } from "vitest";
import { processClock } from "../db/shared-clock.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { createLeases } from "../jobs/leases.ts";
import { createJudge } from "./judge.ts";
import { openRollouts } from "./rollouts.fixture.ts";

const TTL_MS = 3_000;
const COUNTS = { off: { requests: 900, failures: 1 }, on: { requests: 100, failures: 0 } };

describeOnEachStore("a node that stands still after it claimed its rollouts", (open) => {
  async function openTwoNodes() {
    const database = await open();
    const rollouts = await openRollouts(database);
    const { clock } = rollouts;
    const openNode = (holder: string) => {
      const leases = createLeases({ database, holder, ttlMs: TTL_MS, clock: processClock(() => clock.nowMs) });
      let onClaimed: () => Promise<void> = async () => {};
      const judge = createJudge({
        ...rollouts.deps,
        claim: async (ids) => {
          const held = await leases.claim(ids);
          await onClaimed();
          return held;
        },
        stillHeld: leases.stillHeld,
      });
      /** Begins a second, and stands still in it. @returns how to go on */
      const standStill = async () => {
        const claimed = Promise.withResolvers<void>();
        const goingOn = Promise.withResolvers<void>();
        onClaimed = () => {
          claimed.resolve();
          return goingOn.promise;
        };
        const late = judge.tick(clock.nowMs);
        await claimed.promise;
        onClaimed = async () => {};
        return async () => {
          goingOn.resolve();
          await late;
        };
      };
      return { judge: () => judge.tick(clock.nowMs), latest: judge.latest, standStill };
    };
    const id = await rollouts.start({ mode: "dry-run" });
    rollouts.arrive(COUNTS);
    const readTicks = async () => {
      const rows = await database.db.selectFrom("rollout_tick").select("tick").orderBy("tick").execute();
      return rows.map(({ tick }) => tick);
    };
    return { clock, id, a: openNode("a"), b: openNode("b"), readTicks };
  }

  it("writes nothing when it goes on and another node has taken them over", async () => {
    const { clock, id, a, b, readTicks } = await openTwoNodes();
    await a.judge();
    const goOn = await a.standStill();

    clock.nowMs += TTL_MS;
    await b.judge();
    await goOn();
    const afterwards = { ticks: await readTicks(), latest: a.latest(id), held: (await a.judge()).judged };
    clock.nowMs += 1_000;
    await b.judge();

    expect(afterwards).toEqual({ ticks: [1, 2], latest: undefined, held: 0 });
    expect(await readTicks()).toEqual([1, 2, 3]);
    expect(b.latest(id)).toMatchObject({ tick: 3 });
  });

  it("writes nothing either when nobody has: it claims them again, and judges the next second", async () => {
    const { clock, a, readTicks } = await openTwoNodes();
    await a.judge();
    const goOn = await a.standStill();

    clock.nowMs += TTL_MS;
    await goOn();
    const before = await readTicks();
    await a.judge();

    expect([before, await readTicks()]).toEqual([[1], [1, 2]]);
  });
});
