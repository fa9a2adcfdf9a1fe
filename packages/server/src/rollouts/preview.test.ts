import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

type Ask = Awaited<ReturnType<typeof openTestNode>>["ask"];

const IN_PRODUCTION = "/api/v1/environments/production/flags";
const BODY = { kind: "flag", environment: "production", flag: "new-checkout", candidate: "on" };
const MINUTE_OF_TRAFFIC = 8_400;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

const preview = (ask: Ask, more: object = {}) => ask("POST", "/api/v1/rollouts/preview", { ...BODY, ...more });
const start = (ask: Ask, more: object = {}) => ask("POST", "/api/v1/rollouts", { ...BODY, reason: "try it", ...more });

describeOnEachStore("the preview of a rollout", (open) => {
  const openShop = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    await node.ask("POST", "/api/v1/flags", { key: "new-checkout", service: "shop" });
    await node.ask("POST", "/api/v1/flags", { key: "fast-search", service: "shop" });
    return node;
  };

  /** Counts as a provider sends them, and the history of them once it is stored. */
  const observe = async (ask: Ask) => {
    const second = Math.floor(Date.now() / 1_000);
    const latencyMs = {
      scale: 5,
      zeroCount: 0,
      offset: 120,
      bucketCounts: [MINUTE_OF_TRAFFIC / 2, MINUTE_OF_TRAFFIC / 2],
    };
    const counts = {
      requests: MINUTE_OF_TRAFFIC,
      failures: 17,
      latencyMs,
      units: { seen: 900, failed: 4, firstSeen: 900 },
    };
    const observations = [{ environment: "production", flag: "new-checkout", variant: "off", second, ...counts }];
    await ask("POST", "/api/v1/observations", { observations });
    await expect.poll(async () => (await preview(ask)).body.traffic.length, { timeout: 60_000 }).toBe(1);
  };

  it("fills in the defaults, says what would go wrong without telemetry, and changes nothing", async () => {
    const { ask } = await openShop();
    const before = await ask("GET", "/api/v1/events?order=desc&limit=1");

    const { status, body } = await preview(ask);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      baseline: "off",
      service: "shop",
      refusals: [],
      waitsFor: null,
      traffic: [],
      found: [],
    });
    expect(body.plan).toMatchObject({ alpha: 0.001, watchSeconds: 1_800, salt: "on", totalSeconds: null });
    expect(body.plan.stages.map((each: { share: number }) => each.share)).toEqual([0.01, 0.1, 0.5, 1]);
    expect(body.plan.stages[0]).toMatchObject({ seconds: null, why: expect.stringContaining("Nothing arrives") });
    expect(body.warnings.map((each: { code: string }) => each.code)).toEqual(["telemetry-missing"]);
    expect(JSON.stringify(body.plan.targeting)).toContain("fractional");
    expect((await ask("GET", "/api/v1/events?order=desc&limit=1")).body).toEqual(before.body);
  });

  it("tells the signals that arrive and how long each stage takes at that rate", async () => {
    const { ask } = await openShop();
    await observe(ask);

    const signals = [{ name: "errors", kind: "failure-rate", source: "observations" }];
    const { body } = await preview(ask, { guard: { signals } });

    const [traffic] = body.traffic;
    expect(traffic).toMatchObject({ source: "observations", failureRate: 17 / MINUTE_OF_TRAFFIC });
    expect(body.found.map((each: { name: string }) => each.name)).toEqual([
      "errors-observed",
      "failing-users",
      "latency-observed",
    ]);
    const [stage] = body.plan.stages;
    expect(stage.signals[0].perSecond).toBeCloseTo(traffic.requestsPerSecond);
    expect(stage.seconds).toBeCloseTo(Math.max(60, stage.signals[0].needed / traffic.requestsPerSecond));
  });

  it("says which signal finds nothing in what arrives", async () => {
    const { ask } = await openShop();
    await observe(ask);

    const { body } = await preview(ask, { guard: { signals: [{ name: "errors", kind: "failure-rate" }] } });

    expect(body.warnings).toMatchObject([{ code: "telemetry-missing", sentence: expect.stringContaining("No spans") }]);
  });

  it("knows whom it would wait for, and shows the plan all the same", async () => {
    const { ask } = await openShop();
    await start(ask, { flag: "fast-search" });

    const { body } = await preview(ask);
    const { body: started } = await start(ask);

    expect(body.waitsFor).toMatchObject({ flag: "fast-search", position: 1 });
    expect(body.warnings[0]).toMatchObject({ code: "queued", sentence: expect.stringContaining("number 1") });
    expect(started).toMatchObject({ state: "queued", waitsFor: body.waitsFor });
  });

  it("may be asked by a viewer, within the token's environment", async () => {
    const { ask } = await openShop();
    const created = await ask("POST", "/api/v1/tokens", { name: "eyes", role: "viewer", environment: "staging" });
    const asViewer = { authorization: `Bearer ${created.body.token}` };

    const [there, elsewhere] = await Promise.all([
      ask("POST", "/api/v1/rollouts/preview", { ...BODY, environment: "staging" }, asViewer),
      ask("POST", "/api/v1/rollouts/preview", BODY, asViewer),
    ]);

    expect([there.status, elsewhere.status]).toEqual([200, 403]);
  });

  // Goal: what the preview says is what the start does.
  it("never disagrees with the real start: refused alike, queued alike, the same plan", async () => {
    const { ask } = await openShop();
    const rolledBack = await start(ask, { salt: "first" });
    await ask("POST", `/api/v1/rollouts/${rolledBack.body.id}/roll-back`, { reason: "for the cool-down" });
    const stage = fc.record(
      {
        share: fc.constantFrom(0, 0.01, 0.1, 0.123_456, 0.5, 1),
        audience: fc.constantFrom({ "==": [{ var: "team" }, "internal"] }, { nonsense: [1] }),
        minSeconds: fc.integer({ min: 0, max: 100 }),
      },
      { requiredKeys: ["share"] },
    );
    const change = fc.record(
      {
        flag: fc.constantFrom("new-checkout", "fast-search"),
        candidate: fc.constantFrom("on", "off", "blue"),
        stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
        despiteRollback: fc.constant("mended"),
        mode: fc.constantFrom("act", "dry-run"),
        guard: fc.constantFrom(
          { signals: [{ name: "errors", kind: "failure-rate", count: "users" }] },
          { signals: [{ name: "slow", kind: "latency" }] },
        ),
      },
      { requiredKeys: [] },
    );

    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom("ENABLED", "DISABLED"), async (more, state) => {
        await setState(ask, state);
        const { body: said } = await preview(ask, more);
        const { status, body: done } = await start(ask, more);
        seen.add(status);

        if (status !== 201) {
          const refusal = said.refusals[0];
          expect({ code: refusal?.code, detail: refusal?.sentence }).toEqual({ code: done.code, detail: done.detail });
          return;
        }
        expect(said.refusals).toEqual([]);
        expect(done.waitsFor).toEqual(said.waitsFor);
        expect(done.state).toBe(said.waitsFor ? "queued" : "running");
        expect(done.stages).toEqual(
          said.plan.stages.map(({ share, audience, catches, minSeconds }: typeof done) => ({
            share,
            audience,
            catches,
            minSeconds,
          })),
        );
        const { body: record } = await ask("GET", `/api/v1/rollouts/${done.id}/record`);
        if (record.plan) expect(record.plan.signals).toMatchObject(done.guard.signals);
        const published = async () => {
          const { body } = await ask("GET", "/api/v1/environments/production/snapshot");
          return body.flags[done.flag].targeting ?? null;
        };
        if (done.state === "running") await expect.poll(published, { timeout: 60_000 }).toEqual(said.plan.targeting);
        await ask("POST", `/api/v1/rollouts/${done.id}/roll-back`, { reason: "the next one" });
      }),
      {
        numRuns: 40,
        examples: [
          [{}, "ENABLED"],
          [{ despiteRollback: "mended" }, "ENABLED"],
        ],
      },
    );
    expect(seen).toEqual(new Set([201, 409, 422]));
  });

  async function setState(ask: Ask, state: string): Promise<void> {
    const url = `${IN_PRODUCTION}/fast-search`;
    const { headers } = await ask("GET", url);
    await ask("PUT", url, { state, reason: "on or off" }, { "if-match": String(headers.etag) });
  }
});
