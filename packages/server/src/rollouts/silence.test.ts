import pino from "pino";
import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { toDecisionRecord } from "./read.ts";
import { openRollouts } from "./rollouts.fixture.ts";

const HEALTHY = { on: { requests: 100, failures: 0 }, off: { requests: 900, failures: 1 } };
const STAGES = [{ share: 0.1, catches: { failureRate: 0.5 }, minSeconds: 3_600 }];
const SIGNALS = [{ name: "errors", kind: "failure-rate" as const }];
const SILENCE = { freezeAfterSeconds: 10, notifyAfterSeconds: 20, rollBackAfterSeconds: 60 };

describeOnEachStore("telemetry that stops", (open) => {
  async function start(silence: object = {}) {
    const warned: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => warned.push(JSON.parse(line).msg) });
    const rollouts = await openRollouts(await open(), undefined, log);
    const id = await rollouts.start({
      stages: STAGES,
      guard: { signals: SIGNALS, silence: { ...SILENCE, ...silence } },
    });
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(10);
    rollouts.fallSilent();
    const decisions = async () => {
      const events = await rollouts.journal.read({ types: ["rollout.judged"], limit: 100, order: "asc" });
      return events.map(toDecisionRecord);
    };
    return { rollouts, id, warned, decisions };
  }

  it("freezes, tells once, and takes the candidate back when it lasts as long as the rollout says", async () => {
    const { rollouts, id, warned, decisions } = await start();

    await rollouts.judgeSeconds(11);
    const frozen = await rollouts.state(id);
    const verdict = rollouts.latest(id)?.verdict;
    const askedEarly = rollouts.needs();
    await rollouts.judgeSeconds(10);
    const told = (await decisions()).filter(({ notified }) => notified);
    await rollouts.judgeSeconds(20);
    const toldLater = (await decisions()).filter(({ notified }) => notified);
    const asked = rollouts.needs();
    const stillThere = await rollouts.state(id);
    await rollouts.judgeSeconds(20);

    expect({ state: frozen.state, share: frozen.share, verdict }).toEqual({
      state: "running",
      share: 0.1,
      verdict: "freeze",
    });
    expect(told).toMatchObject([{ verdict: "freeze", cause: "telemetry-missing", acted: false }]);
    expect(told[0]?.sentence).toMatch(/^No telemetry from spans for 21 s/);
    expect(toldLater).toHaveLength(1);
    expect(warned.filter((message) => message.startsWith("No telemetry"))).toHaveLength(2);
    expect({ askedEarly, asked }).toEqual({ askedEarly: [], asked: ["telemetry-missing"] });
    expect(rollouts.needs()).toEqual([]);
    expect(stillThere.state).toBe("running");
    expect(await rollouts.state(id)).toMatchObject({
      state: "rolled-back",
      endReason: expect.stringContaining("it cannot be judged, so it is taken back"),
    });
  });

  it("only freezes when the rollout says so, and goes on when it is there again", async () => {
    const { rollouts, id } = await start({ isRolledBack: false });

    await rollouts.judgeSeconds(300);
    const after = [(await rollouts.state(id)).state, rollouts.latest(id)?.verdict];
    const asked = rollouts.needs();
    rollouts.arrive(HEALTHY);
    await rollouts.judgeSeconds(2);

    expect({ asked, later: rollouts.needs() }).toEqual({ asked: ["telemetry-missing"], later: [] });
    expect(after).toEqual(["running", "freeze"]);
    expect(rollouts.latest(id)?.verdict).toBe("wait");
  });
});
