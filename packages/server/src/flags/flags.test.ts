import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const FLAG = { key: "new-checkout", owner: "payments", service: "shop" };
const IN_PRODUCTION = "/api/v1/environments/production/flags/new-checkout";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("flags", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    return node;
  };

  it("stand in every environment from their creation, in each with its own versions", async () => {
    const { ask } = await start();

    const created = await ask("POST", "/api/v1/flags", FLAG);
    await ask("PUT", IN_PRODUCTION, { defaultVariant: "on", reason: "ready" }, { "if-match": '"1"' });
    const shown = await ask("GET", "/api/v1/flags/new-checkout");

    expect(created.status).toBe(201);
    expect(shown.body.environments).toMatchObject({ production: { version: 2 }, staging: { version: 1 } });
  });

  it("are published to providers with every write, and answered to OFREP", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);
    const evaluate = () => ask("POST", "/ofrep/v1/evaluate/flags/new-checkout", { context: { targetingKey: "u1" } });
    await expect.poll(async () => (await evaluate()).body.value).toBe(false);

    await ask("PUT", IN_PRODUCTION, { defaultVariant: "on", reason: "ready" }, { "if-match": '"1"' });

    await expect.poll(async () => (await evaluate()).body.value).toBe(true);
    const snapshot = await ask("GET", "/api/v1/environments/production/snapshot");
    const again = await ask("GET", "/api/v1/environments/production/snapshot", undefined, {
      "if-none-match": String(snapshot.headers.etag),
    });
    expect(snapshot.body.flags["new-checkout"].defaultVariant).toBe("on");
    expect(again.status).toBe(304);
  });

  it("are not overwritten by somebody who read an older version", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);

    const unread = await ask("PUT", IN_PRODUCTION, { state: "DISABLED", reason: "x" });
    const writes = await Promise.all(
      ["a", "b", "c"].map((reason) =>
        ask("PUT", IN_PRODUCTION, { metadata: { by: reason }, reason }, { "if-match": '"1"' }),
      ),
    );

    expect(unread).toMatchObject({ status: 428, body: { code: "precondition-required" } });
    expect(writes.map((write) => write.status).sort()).toEqual([200, 412, 412]);
  });

  it("tell their history with differences, and restore any version", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);
    const targeting = { if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", null] };
    await ask("PUT", IN_PRODUCTION, { targeting, reason: "staff first" }, { "if-match": '"1"' });
    await ask("PUT", IN_PRODUCTION, { targeting: null, reason: "no" }, { "if-match": '"2"' });

    const restored = await ask("POST", `${IN_PRODUCTION}/restore`, { version: 2, reason: "yes after all" });
    const history = await ask("GET", `${IN_PRODUCTION}/versions?limit=3`);
    const compared = await ask("GET", `${IN_PRODUCTION}/versions/4?against=2`);

    expect(restored.body).toMatchObject({ version: 4, definition: { targeting } });
    expect(history.body.items.map((item: { type: string }) => item.type)).toEqual([
      "flag.restored",
      "flag.changed",
      "flag.changed",
    ]);
    expect(history.body.items[2]).toMatchObject({
      version: 2,
      reason: "staff first",
      changes: [{ path: "/targeting", after: targeting }],
    });
    expect(history.body.next).toBe("2");
    expect(compared.body.changes).toEqual([]);
  });

  it("have a history that ends, wherever reading begins", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);

    const beyond = await ask("GET", `${IN_PRODUCTION}/versions?after=9007199254740991`);
    const before = await ask("GET", `${IN_PRODUCTION}/versions?after=1`);
    const unknown = await ask("GET", "/api/v1/environments/production/flags/nothing/versions?after=5");

    expect(beyond.body).toMatchObject({ items: [{ version: 1 }], next: null });
    expect(before.body).toEqual({ items: [], next: null });
    expect(unknown).toMatchObject({ status: 404, body: { code: "flag-not-found" } });
  });

  it("stop their rollout when they are switched off, and switching off twice is doing it once", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);
    const rollout = await ask("POST", "/api/v1/rollouts", {
      kind: "flag",
      environment: "production",
      flag: "new-checkout",
      candidate: "on",
      reason: "try",
    });

    const first = await ask("POST", `${IN_PRODUCTION}/off`, { reason: "it burns" });
    const second = await ask("POST", `${IN_PRODUCTION}/off`, { reason: "it burns" });

    expect((await ask("GET", `/api/v1/rollouts/${rollout.body.id}`)).body).toMatchObject({
      state: "stopped",
      share: 0,
    });
    expect([first.body.version, second.body.version]).toEqual([2, 2]);
  });

  it("keep what a rollout in flight rests on", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);
    await ask("POST", "/api/v1/rollouts", {
      kind: "flag",
      environment: "production",
      flag: "new-checkout",
      candidate: "on",
      reason: "try",
    });

    const refused = await ask("PUT", IN_PRODUCTION, { defaultVariant: "on", reason: "hurry" }, { "if-match": '"1"' });
    const allowed = await ask(
      "PUT",
      IN_PRODUCTION,
      { metadata: { note: "fine" }, reason: "note" },
      { "if-match": '"1"' },
    );

    expect(refused).toMatchObject({ status: 409, body: { code: "flag-in-rollout" } });
    expect(allowed.status).toBe(200);
  });

  it("name every fault of a definition by its path", async () => {
    const { ask } = await start();

    const answer = await ask("POST", "/api/v1/flags", {
      ...FLAG,
      variants: { on: true, off: "no" },
      defaultVariant: "blue",
    });

    expect(answer).toMatchObject({ status: 422, body: { code: "definition-invalid" } });
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toContain("/defaultVariant");
  });

  it.each(["team:flag.v2", "_x", "__proto__", "x".repeat(128)])(
    "may be called %s, whatever asks for them",
    async (key) => {
      const { ask } = await start();

      const created = await ask("POST", "/api/v1/flags", { key, defaultVariant: "on" });

      expect(created.status).toBe(201);
      await expect
        .poll(async () => (await ask("POST", `/ofrep/v1/evaluate/flags/${key}`, { context: {} })).body.value)
        .toBe(true);
      expect((await ask("GET", `/api/v1/flags/${key}`)).body.key).toBe(key);
    },
  );

  it.each(["", "-x", "a/b", "é", "x".repeat(129)])("are not called %j", async (key) => {
    const { ask } = await start();

    expect(await ask("POST", "/api/v1/flags", { key })).toMatchObject({
      status: 400,
      body: { code: "invalid-request" },
    });
  });

  it("may begin otherwise in an environment", async () => {
    const { ask } = await start();

    const created = await ask("POST", "/api/v1/flags", {
      ...FLAG,
      environments: { staging: { defaultVariant: "on" } },
    });
    const faulty = await ask("POST", "/api/v1/flags", {
      key: "other",
      environments: { staging: { defaultVariant: "blue" } },
    });
    const nowhere = await ask("POST", "/api/v1/flags", {
      key: "other",
      environments: { nowhere: { state: "DISABLED" } },
    });

    expect(created.body.environments.staging.definition.defaultVariant).toBe("on");
    expect(created.body.environments.production.definition.defaultVariant).toBe("off");
    expect(faulty).toMatchObject({ status: 422, body: { code: "definition-invalid" } });
    expect(faulty.body.faults[0].path).toBe("/environments/staging/defaultVariant");
    expect(nowhere.body.code).toBe("environment-not-found");
    expect((await ask("GET", "/api/v1/flags/other")).status).toBe(404);
  });

  it("are copied into a new environment", async () => {
    const { ask } = await start();
    await ask("POST", "/api/v1/flags", FLAG);

    await ask("POST", "/api/v1/environments", { key: "qa" });

    expect((await ask("GET", "/api/v1/environments/qa/flags/new-checkout")).body).toMatchObject({ version: 1 });
  });
});
