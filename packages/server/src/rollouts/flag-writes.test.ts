import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const IN_PRODUCTION = "/api/v1/environments/production/flags/new-checkout";
const EVERYBODY_AT_ONCE = {
  kind: "flag",
  environment: "production",
  flag: "new-checkout",
  candidate: "on",
  reason: "try it",
  stages: [{ share: 0.5 }, { share: 1 }],
};

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("a rollout whose flag is written", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    const { ask } = node;
    await ask("POST", "/api/v1/flags", { key: "new-checkout", service: "shop" });
    const { body } = await ask("POST", "/api/v1/rollouts", EVERYBODY_AT_ONCE);
    const url = `/api/v1/rollouts/${body.id}`;
    const flag = async (change: object) => {
      const { headers } = await ask("GET", IN_PRODUCTION);
      return ask("PUT", IN_PRODUCTION, { reason: "my own mind", ...change }, { "if-match": String(headers.etag) });
    };
    const complete = () => ask("POST", `${url}/advance`, { reason: "tested by hand" });
    const rollout = async () => (await ask("GET", url)).body;
    return { ask, flag, complete, rollout, url };
  };

  it("cannot lose its default or its variants while it moves people", async () => {
    const { flag, rollout } = await start();

    const refused = await Promise.all([flag({ defaultVariant: "on" }), flag({ variants: { on: true, off: true } })]);

    expect(refused.map((answer) => answer.body.code)).toEqual(["flag-in-rollout", "flag-in-rollout"]);
    expect((await rollout()).state).toBe("running");
  });

  it("is no longer watched once a person has changed the default it wrote", async () => {
    const { flag, complete, rollout, ask, url } = await start();
    await complete();
    expect(await rollout()).toMatchObject({ state: "completed", watchedUntil: expect.any(String) });

    const written = await flag({ defaultVariant: "off" });

    expect(written.status).toBe(200);
    expect(await rollout()).toMatchObject({ state: "completed", watchedUntil: null });
    expect((await ask("POST", `${url}/roll-back`, { reason: "x" })).body.code).toBe("rollout-state-conflict");
  });

  it("is no longer watched once the variant to go back to is gone", async () => {
    const { flag, complete, rollout } = await start();
    await complete();

    await flag({ variants: { on: true } });

    expect(await rollout()).toMatchObject({ state: "completed", watchedUntil: null });
  });

  it("stays watched when something else is changed, and stops with the flag", async () => {
    const { flag, complete, rollout, ask } = await start();
    await complete();

    await flag({ metadata: { ticket: "SHOP-1" } });
    const changed = await rollout();
    await ask("POST", `${IN_PRODUCTION}/off`, { reason: "it burns" });

    expect(changed.watchedUntil).not.toBeNull();
    expect((await rollout()).watchedUntil).toBeNull();
  });

  it("is stopped by the kill switch in flight, and what waits behind it too", async () => {
    const { ask, rollout } = await start();
    const { body: waiting } = await ask("POST", "/api/v1/rollouts", EVERYBODY_AT_ONCE);

    await ask("POST", `${IN_PRODUCTION}/off`, { reason: "it burns" });

    expect((await rollout()).state).toBe("stopped");
    expect((await ask("GET", `/api/v1/rollouts/${waiting.id}`)).body.state).toBe("stopped");
  });
});
