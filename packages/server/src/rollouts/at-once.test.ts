import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const START = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };
/** Nothing is done by itself while a test looks on. */
const STAGES = [0.1, 0.5].map((share) => ({ share, catches: { failureRate: 0.5 }, minSeconds: 3_600 }));
const TRIES = 10;

const after: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of after.splice(0)) await close();
});

describeOnEachStore("two people who act on one rollout at once", (open) => {
  async function start() {
    const { ask, node } = await openTestNode(await open.config());
    after.push(() => node.close());
    await ask("POST", "/api/v1/flags", { key: "f" });
    const { id } = (await ask("POST", "/api/v1/rollouts", { ...START, stages: STAGES })).body;
    const personOf = async (name: string) => {
      const { token } = (await ask("POST", "/api/v1/tokens", { name, role: "operator" })).body;
      return (action: string, body: object) =>
        ask("POST", `/api/v1/rollouts/${id}/${action}`, body, { authorization: `Bearer ${token}` });
    };
    const show = async () => (await ask("GET", `/api/v1/rollouts/${id}`)).body;
    return { ask, id: String(id), show, ada: await personOf("Ada"), grace: await personOf("Grace") };
  }

  it("advance it one stage, not two: one wins, the other is told who did it and why", async () => {
    const { show, ada, grace } = await start();

    const answers = await Promise.all([
      ada("advance", { stage: 1, reason: "looks good to Ada" }),
      grace("advance", { stage: 1, reason: "looks good to Grace" }),
    ]);

    const loser = answers.find(({ status }) => status === 409);
    const winner = answers[0]?.status === 200 ? "Ada" : "Grace";
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(loser?.body).toMatchObject({ code: "rollout-state-conflict" });
    expect(loser?.body.detail).toMatch(new RegExp(`moved on by ${winner} at .*looks good to ${winner}`));
    expect((await show()).stage).toBe(2);
  });

  it("roll it back and advance it: it is rolled back, whoever was first", async () => {
    const { show, ada, grace } = await start();

    const [back, advanced] = await Promise.all([
      ada("roll-back", { reason: "users complain" }),
      grace("advance", { stage: 1, reason: "looks good" }),
    ]);

    expect(back?.status).toBe(200);
    expect([200, 409]).toContain(advanced?.status);
    if (advanced?.status === 409) expect(advanced.body.detail).toContain("rolled back by Ada");
    expect((await show()).state).toBe("rolled-back");
  });

  it("leave one history, however many they are", async () => {
    const { ask, id, ada, grace } = await start();
    const actions = ["pause", "resume", "advance", "roll-back"];

    await Promise.all(
      Array.from({ length: TRIES }, (_, index) =>
        (index % 2 ? ada : grace)(actions[index % actions.length] ?? "pause", { reason: `try ${index}` }),
      ),
    );

    const { items } = (await ask("GET", `/api/v1/events?stream=rollout/${id}&limit=100`)).body;
    expect(items.map(({ version }: { version: number }) => version)).toEqual(
      items.map((_: unknown, at: number) => at + 1),
    );
    expect(items.filter(({ type }: { type: string }) => type === "rollout.rolled-back")).toHaveLength(1);
    expect(items.at(-1).type).toBe("rollout.rolled-back");
  });
});
