import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import { judgeTick, startGuard } from "@steadfast/core/guard/judge";
import { expect, it } from "vitest";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { rolloutStream } from "./projection.ts";
import { openRollouts, type StartInput } from "./rollouts.fixture.ts";
import { startQueued } from "./start.ts";

const ERRORS_ONLY: StartInput["guard"] = { signals: [{ name: "errors", kind: "failure-rate" }] };
const HEALTHY = { off: { requests: 900, failures: 1 }, on: { requests: 100, failures: 0 } };
const BROKEN = { off: { requests: 900, failures: 1 }, on: { requests: 10, failures: 10 } };

describeOnEachStore("the judge", (open) => {
  it("carries a healthy candidate through every stage, completes, and writes it as the flag's default", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({
      guard: ERRORS_ONLY,
      stages: [
        { share: 0.1, minSeconds: 5 },
        { share: 0.5, minSeconds: 5 },
      ],
    });

    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(120);

    expect(await rollouts.state(id)).toMatchObject({ state: "completed", share: 1 });
    expect(rollouts.defaults).toEqual(["new-checkout=on"]);
  });

  it("takes a broken candidate back within seconds, and keeps it back", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({ guard: ERRORS_ONLY });
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(5);

    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(2);
    const takenBack = await rollouts.state(id);
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(60);

    expect(takenBack).toMatchObject({ state: "rolled-back", share: 0, endedBy: { id: "guard" } });
    expect(await rollouts.state(id)).toEqual(takenBack);
  });

  it("takes the default back when a gross break shows after completion, while it is watched", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({ guard: ERRORS_ONLY, stages: [{ share: 0.5, minSeconds: 5 }] });
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(60);
    const completed = await rollouts.state(id);

    rollouts.arrive({ on: { requests: 100, failures: 60 } });
    await rollouts.judgeSeconds(10);

    expect(completed.state).toBe("completed");
    expect(await rollouts.state(id)).toMatchObject({ state: "rolled-back" });
    expect(rollouts.defaults).toEqual(["new-checkout=on", "new-checkout=off"]);
  });

  it("stops watching after the time that was asked for", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({ guard: ERRORS_ONLY, watchSeconds: 30, stages: [{ share: 0.5, minSeconds: 5 }] });
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(120);

    rollouts.arrive({ on: { requests: 100, failures: 100 } });
    await rollouts.judgeSeconds(10);

    expect(await rollouts.state(id)).toMatchObject({ state: "completed", watchedUntilMs: null });
  });

  it("goes on after a crash exactly where it was: the same decisions as without one", async () => {
    const database = await open();
    const calm = await openRollouts(database);
    const crashing = await openRollouts(database);
    const first = await calm.start({ guard: ERRORS_ONLY, flag: "calm", alongside: "a comparison" });
    const second = await crashing.start({ guard: ERRORS_ONLY, flag: "crashing", alongside: "a comparison" });
    calm.hold(first);
    crashing.hold(second);

    for (const failures of [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]) {
      for (const rollouts of [calm, crashing])
        rollouts.arrive({ off: { requests: 900, failures: 2 }, on: { requests: 100, failures } });
      crashing.restart();
      await calm.judgeSeconds(7);
      await crashing.judgeSeconds(7);
    }

    expect(calm.latest(first)?.tick).toBe(70);
    expect(crashing.latest(second)?.logEvidence).toBe(calm.latest(first)?.logEvidence);
    expect(crashing.latest(second)?.tick).toBe(70);
  });

  it("judges the others when one rollout cannot be judged", async () => {
    const database = await open();
    const rollouts = await openRollouts(database);
    const broken = await rollouts.start({ guard: ERRORS_ONLY, flag: "broken" });
    const ids = await Promise.all(
      ["a", "b", "c"].map((flag) => rollouts.start({ guard: ERRORS_ONLY, flag, alongside: "a comparison" })),
    );
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(2);
    await database.db.updateTable("rollout_checkpoint").set({ state: "{}" }).where("rollout_id", "=", broken).execute();
    rollouts.restart();

    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(3);

    for (const id of ids) expect((await rollouts.state(id)).state).toBe("rolled-back");
    expect((await rollouts.state(broken)).state).toBe("running");
  });

  it("goes on from where another node left it, after this one stood still", async () => {
    const database = await open();
    const slow = await openRollouts(database);
    const other = await openRollouts(database);
    const id = await slow.start({ guard: ERRORS_ONLY });
    for (const node of [slow, other]) node.arrive(HEALTHY);
    await slow.judgeSeconds(3);
    await other.judgeSeconds(4);

    await slow.judgeSeconds(1);

    expect(slow.latest(id)?.tick).toBe(8);
  });

  it("stores enough to replay every recorded decision bit for bit", async () => {
    const database = await open();
    const rollouts = await openRollouts(database);
    const id = await rollouts.start({ guard: ERRORS_ONLY });
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(20);
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(3);

    const { plan } = await rollouts.state(id);
    const rows = await database.db
      .selectFrom("rollout_tick")
      .select(["body", "verdict", "log_evidence"])
      .where("rollout_id", "=", id)
      .orderBy("tick")
      .execute();
    const replayed = new Map<number, Decision>();
    let guard = plan && startGuard(plan);
    for (const row of rows) {
      if (!plan || !guard) break;
      const judged = judgeTick(plan, guard, readStoredJson<GuardTick>(row.body));
      guard = judged.state;
      replayed.set(judged.decision.tick, judged.decision);
      expect([judged.decision.verdict, judged.decision.logEvidence]).toEqual([row.verdict, row.log_evidence]);
    }
    const events = await rollouts.journal.readStream(rolloutStream(id));
    const recorded = events
      .filter((event) => event.type === "rollout.judged")
      .map((event) => storedAs<{ decision: Decision }>(event.data).decision);

    expect(recorded.length).toBeGreaterThan(1);
    for (const decision of recorded) expect(replayed.get(decision.tick)).toEqual(decision);
  });

  it("judges and records in dry-run, and changes nothing", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({ guard: ERRORS_ONLY, mode: "dry-run" });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(10);

    expect(await rollouts.state(id)).toMatchObject({
      state: "running",
      share: 0.01,
      lastJudged: { verdict: "roll-back" },
    });
  });

  it("freezes instead when the rollout asks for it", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start({ guard: ERRORS_ONLY, onRegression: "freeze" });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(10);

    expect(await rollouts.state(id)).toMatchObject({ state: "paused", share: 0.01 });
  });
});

describeOnEachStore("the queue", (open) => {
  it("starts the next rollout of a service when the one before it has ended", async () => {
    const rollouts = await openRollouts(await open());
    const first = await rollouts.start({ guard: ERRORS_ONLY });
    const second = await rollouts.start({ guard: ERRORS_ONLY, flag: "fast-search" });
    const waiting = await rollouts.state(second);
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(5);

    await startQueued(rollouts.deps);

    expect(waiting.state).toBe("queued");
    expect((await rollouts.state(first)).state).toBe("rolled-back");
    expect((await rollouts.state(second)).state).toBe("running");
  });

  it("blocks a candidate that was rolled back, until a person says why it is safe", async () => {
    const rollouts = await openRollouts(await open());
    await rollouts.start({ guard: ERRORS_ONLY });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(5);

    await expect(rollouts.start({ guard: ERRORS_ONLY })).rejects.toMatchObject({ code: "candidate-cooling-down" });
    expect((await rollouts.state(await rollouts.start({ despiteRollback: "fixed in 1.4.2" }))).state).toBe("running");
  });

  it("does not start from the queue what was just rolled back", async () => {
    const rollouts = await openRollouts(await open());
    await rollouts.start({ guard: ERRORS_ONLY });
    const same = await rollouts.start({ guard: ERRORS_ONLY });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(5);

    await startQueued(rollouts.deps);

    expect(await rollouts.state(same)).toMatchObject({
      state: "stopped",
      endReason: expect.stringContaining("rolled back"),
    });
  });

  it("starts what can start when another in the queue cannot", async () => {
    const rollouts = await openRollouts(await open());
    await rollouts.start({ guard: ERRORS_ONLY });
    const gone = await rollouts.start({ guard: ERRORS_ONLY, flag: "gone" });
    const next = await rollouts.start({ guard: ERRORS_ONLY, environment: "staging", flag: "next" });
    const waiting = await rollouts.start({ guard: ERRORS_ONLY, environment: "staging", flag: "waiting" });
    rollouts.arrive(BROKEN);
    await rollouts.judgeSeconds(5);

    await startQueued({
      ...rollouts.deps,
      readFlag: async (trx, environment, flag) => {
        if (flag === "gone") throw new Error("the flag cannot be read");
        return rollouts.deps.readFlag(trx, environment, flag);
      },
    });

    expect((await rollouts.state(next)).state).toBe("rolled-back");
    expect((await rollouts.state(gone)).state).toBe("queued");
    expect((await rollouts.state(waiting)).state).toBe("running");
  });

  it("lets only one of many simultaneous rollouts of one flag run", async () => {
    const rollouts = await openRollouts(await open());

    const ids = await Promise.all(Array.from({ length: 5 }, () => rollouts.start({ guard: ERRORS_ONLY })));
    const states = await Promise.all(ids.map(async (id) => (await rollouts.state(id)).state));

    expect(states.sort()).toEqual(["queued", "queued", "queued", "queued", "running"]);
  });
});

describeOnEachStore("a rollout that makes no sense", (open) => {
  it.each([
    [{ candidate: "blue" }, "no variant"],
    [{ candidate: "off" }, "default already"],
    [{ stages: [{ share: 0.5 }, { share: 0.1 }] }, "grow"],
    [{ stages: [{ audience: { nonsense: [1] } }] }, "nonsense"],
  ])("is refused with the fault named: %j", async (more, fault) => {
    const rollouts = await openRollouts(await open());

    await expect(rollouts.start(more)).rejects.toThrow(fault);
  });
});
