import { parseFlagDocument } from "@steadfast/core/flags/parse";
import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

const START = { kind: "flag", environment: "production", candidate: "on", reason: "try" };
const SNAPSHOT = "/api/v1/environments/production/snapshot";

/** A condition of `size + 1` operators. */
const anyOf = (size: number, name: string) => ({
  or: Array.from({ length: size }, (_, index) => ({ in: [`${name}${index}`, ["a"]] })),
});

// One flag that providers refuse cuts them off from every other flag, and from the kill switch.
describeOnEachStore("what is published stays readable for providers", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    return node;
  };

  it("when a flag of many operators is rolled out by many audiences", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", { key: "a", targeting: { if: [anyOf(500, "x"), "on", null] } });
    const stages = (count: number, size: number) =>
      Array.from({ length: count }, (_, index) => ({ audience: anyOf(size, `s${index}-`), minSeconds: 86_400 }));

    const refused = await ask("POST", "/api/v1/rollouts", { ...START, flag: "a", stages: stages(18, 20) });
    const started = await ask("POST", "/api/v1/rollouts", { ...START, flag: "a", stages: stages(9, 3) });
    for (let stage = 1; stage < 9; stage += 1)
      await ask("POST", `/api/v1/rollouts/${started.body.id}/advance`, { reason: "go on" });
    await expect.poll(async () => JSON.stringify((await ask("GET", SNAPSHOT)).body)).toContain("s8-2");

    expect(refused).toMatchObject({ status: 422, body: { code: "rollout-invalid" } });
    expect(refused.body.faults[0]).toMatchObject({ path: "/stages" });
    expect(parseFlagDocument((await ask("GET", SNAPSHOT)).body)).toMatchObject({ ok: true });
  });

  it("when many rollouts have large audiences", async () => {
    const { ask } = await start();
    const stages = [
      { audience: { in: [{ var: "email" }, Array.from({ length: 600 }, (_, i) => "x".repeat(90) + i)] } },
    ];
    const answers = [];
    for (let index = 0; index < 14; index += 1) {
      await ask("POST", "/api/v1/flags", { key: `f${index}` });
      answers.push(await ask("POST", "/api/v1/rollouts", { ...START, flag: `f${index}`, stages, alongside: "test" }));
    }

    expect(answers.at(0)?.status).toBe(201);
    expect(answers.at(-1)).toMatchObject({ status: 422, body: { code: "limit-reached" } });
  });

  it("when definitions are of characters that take three bytes each", async () => {
    const { ask } = await start();
    const write = (index: number) =>
      ask("POST", "/api/v1/flags", { key: `f${index}`, variants: { on: "語".repeat(21_000), off: "" } });
    let answer = await write(0);
    for (let index = 1; index < 60 && answer.status === 201; index += 1) answer = await write(index);

    expect(answer).toMatchObject({ status: 422, body: { code: "limit-reached" } });
    const published = await ask("GET", SNAPSHOT);
    expect(parseFlagDocument(published.body)).toMatchObject({ ok: true });
  });
});
