import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { type DecisionRecord, type FlagState, type JournalEvent, readSnapshot } from "./api.ts";
import { eventually } from "./eventually.ts";
import {
  createFlag,
  errorGuard,
  LONG_STAGES,
  readRollout,
  rolloutBody,
  startRollout,
  untilJudged,
  untilState,
} from "./guarded-rollout.ts";
import { type Load, type LoadOptions, startTelemetryLoad } from "./load.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** A flag whose service has users until the test ends. */
async function flagUnderLoad(test: TestContext, key: string, load: Partial<LoadOptions> = {}): Promise<Load> {
  await createFlag(server.api, key, `service-of-${key}`);
  const running = await startTelemetryLoad(server.api, { flag: key, service: `service-of-${key}`, ...load });
  test.onTestFinished(running.stop);
  return running;
}

const readFlag = (key: string) => server.api.get<FlagState>(`/api/v1/environments/production/flags/${key}`);

const publishedFlag = async (key: string) => (await readSnapshot(server.api)).flags[key];

const decisionsOf = async (id: string) =>
  (await server.api.get<{ items: DecisionRecord[] }>(`/api/v1/rollouts/${id}/decisions?limit=100`)).items;

const eventsOf = async (id: string) =>
  (await server.api.get<{ items: JournalEvent[] }>(`/api/v1/events?stream=rollout/${id}&order=asc&limit=100`)).items;

describe.concurrent("a guarded rollout on spans", () => {
  it("moves a good candidate over every stage to everybody, and takes it back when it breaks while it is watched", async (test) => {
    const load = await flagUnderLoad(test, "good", {
      behaviour: { off: { failureRate: 0.002 }, on: { failureRate: 0.002 } },
    });
    const before = await readFlag("good");

    const { id } = await startRollout(server.api, "good");
    const completed = await untilState(server.api, id, "completed");

    expect(completed).toMatchObject({ share: 1, stage: 4, baseline: "off" });
    expect(completed.watchedUntil).not.toBeNull();
    const steps = (await eventsOf(id)).filter(({ type }) => type === "rollout.stage-entered");
    expect(steps.map(({ data }) => data)).toMatchObject([
      { share: 0.01 },
      { share: 0.1 },
      { share: 0.5 },
      { share: 1 },
    ]);
    expect(await readFlag("good")).toMatchObject({ version: before.version + 1, definition: { defaultVariant: "on" } });
    expect((await publishedFlag("good"))?.defaultVariant).toBe("on");

    load.setBehaviour("on", { failureRate: 0.9 });
    const takenBack = await untilState(server.api, id, "rolled-back");

    expect(takenBack.endedBy?.name).toBe("the guard");
    expect(await readFlag("good")).toMatchObject({ definition: { defaultVariant: "off" } });
    expect((await publishedFlag("good"))?.defaultVariant).toBe("off");
  });

  it("takes a candidate that fails back by itself, leaves the flag as it was, and blocks the candidate for a while", async (test) => {
    await flagUnderLoad(test, "broken", { behaviour: { on: { failureRate: 0.5 } } });
    const before = await readFlag("broken");

    const { id } = await startRollout(server.api, "broken");
    const rolledBack = await untilState(server.api, id, "rolled-back");

    expect(rolledBack.decision).toMatchObject({ verdict: "roll-back", cause: "errors" });
    expect(rolledBack.endReason).toMatch(/fewer than 1 in /);
    expect(await readFlag("broken")).toMatchObject({
      version: before.version,
      definition: before.definition,
      rolloutId: null,
    });
    expect((await publishedFlag("broken"))?.targeting).toBeUndefined();

    const refusal = await server.api.refused("POST", "/api/v1/rollouts", rolloutBody("broken"));
    expect(refusal).toMatchObject({ status: 409, code: "candidate-cooling-down" });
    expect(refusal.detail).toMatch(/wait 15 min/);
    const again = await startRollout(server.api, "broken", { despiteRollback: "the bug is mended" });
    expect(again.state).toBe("running");
    await server.api.post(`/api/v1/rollouts/${again.id}/roll-back`, { reason: "enough seen" });
  });

  it("only records in a dry run what it would have done", async (test) => {
    await flagUnderLoad(test, "rehearsed", { behaviour: { on: { failureRate: 0.5 } } });

    const { id } = await startRollout(server.api, "rehearsed", { mode: "dry-run", stages: LONG_STAGES });
    const judged = await eventually("the verdict", async () => {
      const rollout = await readRollout(server.api, id);
      return rollout.decision?.verdict === "roll-back" ? rollout : undefined;
    });

    expect(judged).toMatchObject({ state: "running", share: 0.01 });
    const verdicts = (await decisionsOf(id)).filter(({ verdict }) => verdict === "roll-back");
    expect(verdicts).not.toHaveLength(0);
    expect(verdicts.every(({ acted }) => !acted)).toBe(true);
    expect(JSON.stringify(await publishedFlag("rehearsed"))).toContain('["on",100]');
  });

  it("stays where it is on a regression when it was asked to freeze", async (test) => {
    await flagUnderLoad(test, "frozen", { behaviour: { on: { failureRate: 0.5 } } });

    const { id } = await startRollout(server.api, "frozen", { onRegression: "freeze", stages: LONG_STAGES });
    const frozen = await untilState(server.api, id, "paused");

    expect(frozen).toMatchObject({ share: 0.01, decision: { verdict: "roll-back" } });
    expect(JSON.stringify(await publishedFlag("frozen"))).toContain('["on",100]');
  });

  it("advances nothing while no telemetry arrives, and says so", async (test) => {
    const load = await flagUnderLoad(test, "silent", { requestsPerSecond: 300 });
    const { id } = await startRollout(server.api, "silent", { stages: LONG_STAGES });
    await untilJudged(server.api, id);

    load.pause();
    const frozen = await eventually("the guard to miss the telemetry", async () => {
      const rollout = await readRollout(server.api, id);
      return rollout.decision?.verdict === "freeze" ? rollout : undefined;
    });

    expect(frozen).toMatchObject({ state: "running", share: 0.01, decision: { cause: "telemetry-missing" } });
    load.resume();
    await eventually("the guard to see it again", async () =>
      (await readRollout(server.api, id)).decision?.verdict === "freeze" ? undefined : true,
    );
  });

  it("judges observations as well as spans", async (test) => {
    await flagUnderLoad(test, "observed", { source: "observations" });

    const { id } = await startRollout(server.api, "observed", { guard: errorGuard("observations") });

    expect(await untilState(server.api, id, "completed")).toMatchObject({ share: 1 });
  });

  it("takes back a candidate that is only slower", async (test) => {
    await flagUnderLoad(test, "slow", { behaviour: { on: { latencyMs: 100 } } });

    const { id } = await startRollout(server.api, "slow", {
      stages: [{ share: 0.1, catches: { failureRate: 0.2 }, minSeconds: 60 }],
      guard: {
        signals: [
          { name: "errors", kind: "failure-rate", source: "spans" },
          { name: "latency", kind: "latency", source: "spans" },
        ],
      },
    });

    expect(await untilState(server.api, id, "rolled-back")).toMatchObject({ decision: { cause: "latency" } });
  });
});
