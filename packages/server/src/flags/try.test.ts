import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const IN_PRODUCTION = "/api/v1/environments/production/flags/new-checkout";
const DEFINITION = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" };
const STAFF = { if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", null] };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("trying a flag", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    await node.ask("POST", "/api/v1/flags", { key: "new-checkout", targeting: STAFF });
    const { ask } = node;
    return {
      ask,
      evaluate: (context: unknown, definition?: unknown) =>
        ask("POST", `${IN_PRODUCTION}/evaluate`, { context, ...(definition === undefined ? {} : { definition }) }),
      check: (definition: unknown) => ask("POST", `${IN_PRODUCTION}/check`, { definition }),
      startRollout: () =>
        ask("POST", "/api/v1/rollouts", {
          kind: "flag",
          environment: "production",
          flag: "new-checkout",
          candidate: "on",
          reason: "try",
        }),
    };
  };

  it("tells the variant, the reason and the rule that matched", async () => {
    const { evaluate } = await start();

    const staff = await evaluate({ targetingKey: "u1", email: "a@acme.com" });
    const other = await evaluate({ targetingKey: "u1" });

    expect(staff.body).toMatchObject({
      variant: "on",
      value: true,
      reason: "TARGETING_MATCH",
      matchedPath: "/targeting/if/1",
      errorCode: null,
    });
    expect(other.body).toMatchObject({ variant: "off", value: false, reason: "DEFAULT", matchedPath: null });
    expect(other.body.steps[0]).toEqual({ kind: "condition", path: "/targeting/if/0", isMet: false });
  });

  it("answers what OFREP answers, also while a rollout moves the flag", async () => {
    const { ask, evaluate, startRollout } = await start();
    const rollout = await startRollout();
    const state = (await ask("GET", IN_PRODUCTION)).body;

    expect(state.rollout).toMatchObject({ id: rollout.body.id, candidate: "on", baseline: "off", state: "running" });
    expect(state.published.targeting).toMatchObject({ or: [STAFF, expect.anything()] });
    const serve = (targetingKey: string) =>
      ask("POST", "/ofrep/v1/evaluate/flags/new-checkout", { context: { targetingKey } });
    await expect.poll(async () => (await serve("u")).body.metadata.steadfastRollout).toBe(rollout.body.id);
    for (const targetingKey of Array.from({ length: 60 }, (_, index) => `user-${index}`)) {
      const tried = (await evaluate({ targetingKey })).body;
      const served = (await serve(targetingKey)).body;
      expect([tried.value, tried.reason, tried.rolloutId]).toEqual([served.value, served.reason, rollout.body.id]);
    }
  });

  it("tries a draft without writing it, and names its faults", async () => {
    const { ask, evaluate } = await start();

    const tried = await evaluate({ plan: "pro" }, { ...DEFINITION, targeting: { if: [{ var: "plan" }, "on"] } });
    const faulty = await evaluate({}, { ...DEFINITION, defaultVariant: "blue" });

    expect(tried.body).toMatchObject({ variant: "on", matchedPath: "/targeting/if/1" });
    expect(faulty).toMatchObject({ status: 422, body: { code: "definition-invalid" } });
    expect(faulty.body.faults[0].path).toBe("/defaultVariant");
    expect((await ask("GET", IN_PRODUCTION)).body.version).toBe(1);
  });

  it.each([
    [{ targetingKey: 7 }, "/context/targetingKey"],
    [{ big: "x".repeat(20_000) }, "/context"],
  ])("refuses a context that no service would send", async (context, path) => {
    const { evaluate } = await start();

    const answer = await evaluate(context);

    expect(answer).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    expect(answer.body.faults[0].path).toBe(path);
  });

  it("checks a definition by the rules of writing: faults by path, warnings, changes", async () => {
    const { check } = await start();

    const faulty = await check({ ...DEFINITION, targeting: { iff: [true, "on"] }, colour: "red" });
    const odd = await check({ ...DEFINITION, targeting: { fractional: [{ var: "targetingKey" }, ["on", 1]] } });

    expect(faulty.body.faults.map((fault: { path: string }) => fault.path)).toEqual(["/colour", "/targeting/iff"]);
    expect(faulty.body.changes).toEqual([]);
    expect(odd.body).toMatchObject({ version: 1, faults: [], refusal: null });
    expect(odd.body.warnings[0].path).toBe("/targeting/fractional/0");
    expect(odd.body.changes.map((change: { path: string }) => change.path)).toEqual([
      "/targeting/fractional",
      "/targeting/if",
    ]);
  });

  it("says what a rollout in flight keeps from being written", async () => {
    const { ask, check, startRollout } = await start();
    await startRollout();
    const changed = { ...DEFINITION, targeting: STAFF, defaultVariant: "on" };

    const checked = await check(changed);
    const written = await ask("PUT", IN_PRODUCTION, { defaultVariant: "on", reason: "x" }, { "if-match": '"1"' });

    expect(checked.body).toMatchObject({ faults: [], refusal: { code: "flag-in-rollout" } });
    expect(checked.body.refusal.detail).toBe(written.body.detail);
  });

  it("knows no flag and no environment that is not there", async () => {
    const { ask } = await start();

    const flag = await ask("POST", "/api/v1/environments/production/flags/nothing/evaluate", {});
    const environment = await ask("POST", "/api/v1/environments/nowhere/flags/new-checkout/check", { definition: {} });

    expect([flag.body.code, environment.body.code]).toEqual(["flag-not-found", "environment-not-found"]);
  });
});
