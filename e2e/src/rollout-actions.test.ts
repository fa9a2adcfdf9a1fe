import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createToken, type FlagState, type Rollout, readSnapshot } from "./api.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, readRollout, SHORT_STAGES, startRollout, untilState } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const act = (id: string, action: string, body: object = { reason: "a person's word" }) =>
  server.api.post<Rollout>(`/api/v1/rollouts/${id}/${action}`, body);

const refuse = (id: string, action: string, body: object = { reason: "a person's word" }) =>
  server.api.refused("POST", `/api/v1/rollouts/${id}/${action}`, body);

const published = async (flag: string) => JSON.stringify((await readSnapshot(server.api)).flags[flag]);

const readFlag = (key: string) => server.api.get<FlagState>(`/api/v1/environments/production/flags/${key}`);

describe("what a person does to a rollout", () => {
  it("holds the share while paused, and goes on from there", async () => {
    await createFlag(server.api, "paused");
    const { id } = await startRollout(server.api, "paused", { stages: LONG_STAGES });

    expect(await act(id, "pause")).toMatchObject({ state: "paused", share: 0.01 });
    expect(await refuse(id, "advance")).toMatchObject({ status: 409, code: "rollout-state-conflict" });
    await eventually("the guard to know of it", async () =>
      (await readRollout(server.api, id)).decision?.cause === "paused" ? true : undefined,
    );
    expect(await act(id, "pause")).toMatchObject({ state: "paused" });

    expect(await act(id, "resume")).toMatchObject({ state: "running", share: 0.01 });
    expect(await published("paused")).toContain('["on",100]');
  });

  it("advances without evidence for a reason only", async () => {
    await createFlag(server.api, "advanced");
    const { id } = await startRollout(server.api, "advanced", { stages: LONG_STAGES });

    const refusal = await refuse(id, "advance", {});
    expect(refusal).toMatchObject({ status: 409, code: "evidence-missing" });
    expect(refusal.detail).toMatch(/give a reason/);

    expect(await act(id, "advance")).toMatchObject({ stage: 2, share: 0.1 });
    expect(await published("advanced")).toContain('["on",1000]');
  });

  it("takes the candidate back at once, for good", async () => {
    await createFlag(server.api, "withdrawn");
    const { id } = await startRollout(server.api, "withdrawn", { stages: LONG_STAGES });

    const rolledBack = await act(id, "roll-back", { reason: "support called" });

    expect(rolledBack).toMatchObject({ state: "rolled-back", endedBy: { kind: "token" } });
    expect(rolledBack.endReason).toContain("support called");
    expect(await published("withdrawn")).not.toContain("fractional");
    expect(await act(id, "roll-back")).toMatchObject({ state: "rolled-back", version: rolledBack.version });
    for (const action of ["pause", "resume", "advance"])
      expect(await refuse(id, action)).toMatchObject({ status: 409, code: "rollout-state-conflict" });
  });

  it("takes the default back after completion, as long as the rollout is watched", async () => {
    await createFlag(server.api, "done");
    const { id } = await startRollout(server.api, "done", { stages: SHORT_STAGES });
    for (const _stage of [2, 3, 4]) await act(id, "advance");
    expect(await readRollout(server.api, id)).toMatchObject({ state: "completed", share: 1 });
    expect((await readFlag("done")).definition.defaultVariant).toBe("on");

    expect(await act(id, "roll-back")).toMatchObject({ state: "rolled-back" });

    expect(await readFlag("done")).toMatchObject({ definition: { defaultVariant: "off" } });
    expect(await published("done")).toContain('"defaultVariant":"off"');
  });

  it("stops the rollout when the flag is switched off", async () => {
    await createFlag(server.api, "killed");
    const { id } = await startRollout(server.api, "killed", { stages: LONG_STAGES });
    const before = await readFlag("killed");

    await server.api.post("/api/v1/environments/production/flags/killed/off", { reason: "the site burns" });

    const stopped = await readRollout(server.api, id);
    expect(stopped).toMatchObject({ state: "stopped" });
    expect(stopped.endReason).toContain("the site burns");
    const flag = (await readSnapshot(server.api)).flags.killed;
    expect(flag).toMatchObject({ state: "DISABLED" });
    expect(flag?.targeting).toBeUndefined();
    expect((await readFlag("killed")).version).toBe(before.version + 1);
  });

  it("refuses who may not, what is not there, and what gives no reason", async () => {
    await createFlag(server.api, "refused");
    const { id } = await startRollout(server.api, "refused", { stages: LONG_STAGES });
    const viewer = server.api.as((await createToken(server.api, "viewer")).token);
    const elsewhere = server.api.as((await createToken(server.api, "operator", "staging")).token);
    const body = { reason: "let me" };

    expect(await viewer.refused("POST", `/api/v1/rollouts/${id}/roll-back`, body)).toMatchObject({
      status: 403,
      code: "role-insufficient",
    });
    expect(await elsewhere.refused("POST", `/api/v1/rollouts/${id}/roll-back`, body)).toMatchObject({
      status: 403,
      code: "environment-forbidden",
    });
    expect(await refuse("rol_nothing", "pause")).toMatchObject({ status: 404, code: "rollout-not-found" });
    expect(await refuse(id, "roll-back", { reason: " " })).toMatchObject({ status: 400, code: "invalid-request" });
    expect(await readRollout(server.api, id)).toMatchObject({ state: "running", share: 0.01 });
  });
});

describe("one gamble at a time", () => {
  it("queues a rollout of the same service, and starts it when the first is over", async () => {
    await createFlag(server.api, "first", "basket");
    await createFlag(server.api, "second", "basket");
    await createFlag(server.api, "third", "basket");
    const first = await startRollout(server.api, "first", { stages: LONG_STAGES });

    const second = await startRollout(server.api, "second", { stages: LONG_STAGES });
    const third = await startRollout(server.api, "third", { stages: LONG_STAGES, alongside: "they do not touch" });

    expect(second).toMatchObject({
      state: "queued",
      share: 0,
      waitsFor: { rolloutId: first.id, flag: "first", position: 1 },
    });
    expect(await published("second")).not.toContain("fractional");
    expect(third.state).toBe("running");

    await act(third.id, "roll-back");
    await act(first.id, "roll-back");
    expect(await untilState(server.api, second.id, "running")).toMatchObject({ share: 0.01, waitsFor: null });
  });

  it("queues a second rollout of the same flag, whoever says that they do not touch", async () => {
    await createFlag(server.api, "same");
    const first = await startRollout(server.api, "same", { stages: LONG_STAGES });

    const second = await startRollout(server.api, "same", { stages: LONG_STAGES, alongside: "never mind" });

    expect(second).toMatchObject({ state: "queued", waitsFor: { rolloutId: first.id } });
    expect(await act(second.id, "roll-back")).toMatchObject({ state: "stopped" });
  });
});
