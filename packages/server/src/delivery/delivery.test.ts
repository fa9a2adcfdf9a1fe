import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const SHA = "a".repeat(40);
const deployment = {
  id: "run-1",
  service: "shop",
  environment: "production",
  revision: SHA,
  finishedAt: "2026-11-20T12:00:00Z",
};
const FACTS = "/api/v1/services/shop/facts";

describeOnEachStore("what is told of delivery", (open) => {
  it("becomes a fact once, however often the same words come, and stays through a rebuild", async () => {
    const { ask, node, close } = await openTestNode(await open.config());

    const first = await ask("POST", "/api/v1/deployments", deployment);
    const again = await Promise.all([1, 2, 3].map(() => ask("POST", "/api/v1/deployments", deployment)));
    const corrected = await ask("POST", "/api/v1/deployments", { ...deployment, outcome: "failed" });
    const before = await ask("GET", FACTS);
    await node.rebuild();
    const after = await ask("GET", FACTS);
    await close();

    expect(first).toMatchObject({ status: 202, body: { id: "run-1", isNew: true } });
    expect(again.map(({ body }) => body.isNew)).toEqual([false, false, false]);
    expect(corrected.body.isNew).toBe(true);
    expect(before.body.deployments).toMatchObject([
      { id: "run-1", revision: SHA, outcome: "failed", finishedAtMs: Date.parse("2026-11-20T12:00:00Z") },
    ]);
    expect(before.body.sources).toMatchObject([{ name: "api", tells: ["deployments"] }]);
    expect(after.body).toEqual(before.body);
  });

  it("keeps an incident's first moment when it is told again, and its end", async () => {
    const { ask, close } = await openTestNode(await open.config());
    const incident = { id: "inc-1", service: "shop", environment: "production", title: "Checkout fails" };

    await ask("POST", "/api/v1/incidents", { ...incident, detectedAt: "2026-11-20T12:05:00Z" });
    await ask("POST", "/api/v1/incidents", { ...incident, resolvedAt: "2026-11-20T12:35:00Z", causedBy: ["run-1"] });
    const { body } = await ask("GET", FACTS);
    await close();

    expect(body.incidents).toMatchObject([
      {
        id: "inc-1",
        detectedAtMs: Date.parse("2026-11-20T12:05:00Z"),
        resolvedAtMs: Date.parse("2026-11-20T12:35:00Z"),
        causedBy: ["run-1"],
      },
    ]);
  });

  it("opens an incident again, takes it back, and brings it back, as often as its teller says so", async () => {
    let now = Date.parse("2026-11-20T13:00:00Z");
    const { ask, close } = await openTestNode(await open.config(), { nowMs: () => now });
    const incident = { id: "inc-1", service: "shop", environment: "production", title: "Checkout fails" };
    const detectedAt = "2026-11-20T12:05:00Z";
    const resolvedAt = "2026-11-20T12:35:00Z";
    const words = [
      { detectedAt, resolvedAt },
      { detectedAt, resolvedAt: null },
      { detectedAt, resolvedAt },
      { detectedAt, resolvedAt: null },
      { detectedAt, isRetracted: true },
      { detectedAt, isRetracted: false },
      { detectedAt, isRetracted: true },
    ];

    const ends = [];
    for (const word of words) {
      now += 1_000;
      const first = await ask("POST", "/api/v1/incidents", { ...incident, ...word });
      const again = await ask("POST", "/api/v1/incidents", { ...incident, ...word });
      expect([first.body.isNew, again.body.isNew]).toEqual([true, false]);
      const { body } = await ask("GET", FACTS);
      ends.push(body.incidents.map(({ resolvedAtMs }: { resolvedAtMs: number | null }) => resolvedAtMs));
    }
    await close();

    const end = Date.parse(resolvedAt);
    expect(ends).toEqual([[end], [null], [end], [null], [], [null], []]);
  });

  it("takes a correction that says again what was corrected", async () => {
    let now = Date.parse("2026-11-20T13:00:00Z");
    const { ask, close } = await openTestNode(await open.config(), { nowMs: () => now });

    const isNew = [];
    for (const outcome of ["failed", "succeeded", "failed"]) {
      now += 1_000;
      isNew.push((await ask("POST", "/api/v1/deployments", { ...deployment, outcome })).body.isNew);
    }
    const { body } = await ask("GET", FACTS);
    await close();

    expect(isNew).toEqual([true, true, true]);
    expect(body.deployments).toMatchObject([{ id: "run-1", outcome: "failed" }]);
  });

  it("refuses what ends before it begins, and forgives a clock that is a little ahead", async () => {
    const { ask, close } = await openTestNode(await open.config(), { nowMs: () => Date.parse("2026-11-20T13:00:00Z") });
    const { finishedAt, ...unfinished } = deployment;
    const incident = { id: "inc-1", service: "shop", environment: "production", title: "Checkout fails" };

    const refused = [
      await ask("POST", "/api/v1/deployments", { ...unfinished, finishedAt, startedAt: "2026-11-20T12:00:01Z" }),
      await ask("POST", "/api/v1/deployments", { ...unfinished, startedAt: "2026-11-20T13:10:00Z" }),
      await ask("POST", "/api/v1/incidents", {
        ...incident,
        detectedAt: "2026-11-20T12:00:01Z",
        resolvedAt: finishedAt,
      }),
    ];
    const ahead = await ask("POST", "/api/v1/deployments", { ...unfinished, startedAt: "2026-11-20T13:00:02Z" });
    const { body } = await ask("GET", FACTS);
    await close();

    expect(
      refused.map(({ status, body: { code, faults } }) => [status, code, faults[0].path, faults[0].message]),
    ).toEqual([
      [400, "invalid-request", "/startedAt", "is later than finishedAt"],
      [400, "invalid-request", "/startedAt", "is later than now"],
      [400, "invalid-request", "/detectedAt", "is later than resolvedAt"],
    ]);
    const moment = Date.parse("2026-11-20T13:00:02Z");
    expect(ahead.status).toBe(202);
    expect(body.deployments).toMatchObject([{ startedAtMs: moment, finishedAtMs: moment }]);
    expect(body.incidents).toEqual([]);
  });

  it("knows an incident of one service and environment from that of another, though they are told in the same words", async () => {
    const { ask, close } = await openTestNode(await open.config());
    const incident = { id: "inc-1", title: "Checkout fails", detectedAt: "2026-11-20T12:05:00Z" };
    const places = [
      { service: "shop", environment: "production" },
      { service: "pay", environment: "production" },
      { service: "shop", environment: "staging" },
    ];

    const told = [];
    for (const place of places) told.push(await ask("POST", "/api/v1/incidents", { ...incident, ...place }));
    const again = await ask("POST", "/api/v1/incidents", { ...incident, ...places[1] });
    const facts = await Promise.all(
      places.map(({ service, environment }) =>
        ask("GET", `/api/v1/services/${service}/facts?environment=${environment}`),
      ),
    );
    await close();

    expect(told.map(({ body }) => body.isNew)).toEqual([true, true, true]);
    expect(again.body.isNew).toBe(false);
    expect(facts.map(({ body }) => body.incidents.length)).toEqual([1, 1, 1]);
  });

  it("includes the server's own rollouts, and what took them back", async () => {
    const { ask, node, close } = await openTestNode(await open.config());
    await ask("POST", "/api/v1/flags", { key: "new-checkout", service: "shop" });
    await ask("POST", "/api/v1/flags", { key: "of-nobody" });
    const start = { kind: "flag", environment: "production", candidate: "on", reason: "try" };
    const { body: rollout } = await ask("POST", "/api/v1/rollouts", { ...start, flag: "new-checkout" });
    await ask("POST", "/api/v1/rollouts", { ...start, flag: "of-nobody" });

    await ask("POST", `/api/v1/rollouts/${rollout.id}/roll-back`, { reason: "it hurts" });
    const { body: facts } = await ask("GET", FACTS);
    await node.rebuild();
    const { body: rebuilt } = await ask("GET", FACTS);
    await close();

    expect(facts.deployments).toMatchObject([
      { id: rollout.id, name: "new-checkout → on", kind: "flag", outcome: "succeeded", isRollback: false },
      { id: `${rollout.id}/rollback`, isRollback: true, rollsBack: rollout.id, remediates: [rollout.id] },
    ]);
    expect(facts.deployments[0].finishedAtMs).toBe(Date.parse(rollout.startedAt));
    expect(rebuilt).toEqual(facts);
  });

  it("is kept apart by environment, and refused from a token of another", async () => {
    const { ask, close } = await openTestNode(await open.config());
    const token = { name: "ci", role: "telemetry", environment: "staging" };
    const { body: made } = await ask("POST", "/api/v1/tokens", token);
    const asCi = { authorization: `Bearer ${made.token}` };

    const refused = await ask("POST", "/api/v1/deployments", deployment, asCi);
    const taken = await ask("POST", "/api/v1/deployments", { ...deployment, environment: "staging" }, asCi);
    const production = await ask("GET", FACTS);
    const staging = await ask("GET", `${FACTS}?environment=staging`);
    await close();

    expect(refused).toMatchObject({ status: 403, body: { code: "environment-forbidden" } });
    expect(taken.status).toBe(202);
    expect([production.body.deployments.length, staging.body.deployments.length]).toEqual([0, 1]);
  });

  it("gives the report on a service, with what took back what", async () => {
    const { ask, close } = await openTestNode(await open.config());
    const tell = (id: string, hour: number, more: object = {}) =>
      ask("POST", "/api/v1/deployments", { ...deployment, id, finishedAt: `2026-11-20T${hour}:00:00Z`, ...more });
    for (const hour of [10, 11, 12, 13]) await tell(`run-${hour}`, hour, { revision: String(hour % 10).repeat(40) });
    await tell("mend", 14, { revision: "e".repeat(40), remediates: ["run-13"], isPlanned: false });

    const { status, body } = await ask(
      "GET",
      "/api/v1/services/shop/delivery?from=2026-11-01T00:00:00Z&to=2026-11-21T00:00:00Z",
    );
    const backwards = await ask(
      "GET",
      "/api/v1/services/shop/delivery?from=2026-11-21T00:00:00Z&to=2026-11-01T00:00:00Z",
    );
    await close();

    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ service: "shop", environment: "production", frequency: { count: 5 } },
      changeFailRate: {
        ...{ failed: 1, deployments: 5, rate: 0.2 },
        links: [
          { deploymentId: "run-13", certainty: "explicit", recoveredByDeploymentId: "mend", recoveryMs: 3_600_000 },
        ],
      },
    });
    expect(body.deployments).toHaveLength(5);
    expect(backwards).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });

  // Goal: one line in a pipeline is enough to see a rollback.
  it("sees a rollback in three deployments of two revisions, and asks for nothing that was told", async () => {
    const { ask, close } = await openTestNode(await open.config());
    for (const [index, digit] of ["a", "b", "a"].entries())
      await ask("POST", "/api/v1/deployments", {
        ...{ ...deployment, id: `run-${index}`, revision: digit.repeat(40) },
        finishedAt: `2026-11-20T1${index}:00:00Z`,
      });

    const { body } = await ask(
      "GET",
      "/api/v1/services/shop/delivery?from=2026-11-01T00:00:00Z&to=2026-11-21T00:00:00Z",
    );
    await close();

    expect(body.deployments.map(({ role }: { role: string }) => role)).toEqual(["unknown", "unknown", "rollback"]);
    expect(body).toMatchObject({
      frequency: { count: 3, rollbacks: 1 },
      changeFailRate: {
        failed: 1,
        deployments: 2,
        links: [{ deploymentId: "run-1", recoveredByDeploymentId: "run-2" }],
      },
    });
    const brought = body.unknowns.filter(({ what }: { what: string }) => what.includes("brought"));
    expect(brought).toMatchObject([{ what: expect.stringContaining("2 of 3"), tells: ["commits"] }]);
  });

  it("tells who told it, and of which repository nobody has", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/Shop", "acme/quiet"] });
    await ask("POST", "/api/v1/deployments", deployment);
    const change = {
      context: { id: "1", source: "/ci", type: "dev.cdevents.change.created.0.3.0", timestamp: "2026-11-20T10:00:00Z" },
      subject: { id: "7", content: { repository: { id: "acme/shop" } } },
    };
    const event = { specversion: "1.0", id: "1", source: "/ci", type: change.context.type, data: change };
    await ask("POST", "/cdevents", event, { "content-type": "application/cloudevents+json" });

    const { body } = await ask("GET", "/api/v1/services/shop/delivery");
    const later = await ask("GET", "/api/v1/services/shop/delivery?to=2027-01-31T00:00:00Z");
    await close();

    expect(body.sources).toMatchObject([
      { name: "cdevents", repository: "acme/Shop", tells: ["changes"], tellings: 1, isSilent: false },
      { name: "api", repository: null, tells: ["deployments"], tellings: 1, isSilent: false },
      { name: null, repository: "acme/quiet", tellings: 0, lastHeardAtMs: null },
    ]);
    expect(later.body.sources.map(({ isSilent }: { isSilent: boolean }) => isSilent)).toEqual([true, true, false]);
  });

  it("knows an import's deployments from their own time on: their frequency has a trend at once", async () => {
    const { ask, close } = await openTestNode(await open.config());
    const days = Array.from({ length: 40 }, (_, index) => index);
    for (const day of days) {
      const finishedAt = new Date(Date.parse("2026-09-01T00:00:00Z") + day * 86_400_000).toISOString();
      await ask("POST", "/api/v1/deployments", { ...deployment, id: `run-${day}`, finishedAt });
    }

    const window = "from=2026-09-01T00:00:00Z&to=2026-10-11T00:00:00Z";
    const { body } = await ask("GET", `/api/v1/services/shop/delivery?${window}`);
    await close();

    const frequency = body.trend.find(({ measure }: { measure: string }) => measure === "frequency");
    expect(frequency.finding).toBe("no-detectable-change");
  });

  it("names what is wrong with nonsense", async () => {
    const { ask, close } = await openTestNode(await open.config());

    const wrong = await ask("POST", "/api/v1/deployments", { ...deployment, revision: "main", when: "now" });
    const unknown = await ask("GET", "/api/v1/services/nobody/facts");
    await close();

    expect(wrong).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    expect(wrong.body.faults.map((fault: { path: string }) => fault.path)).toEqual(["/revision", "/when"]);
    expect(unknown).toMatchObject({ status: 404, body: { code: "service-not-found" } });
  });
});

describeOnEachStore("services", (open) => {
  it("are those registered, those with flags, and those that were told of", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("POST", "/api/v1/flags", { key: "a", service: "search" });
    await ask("POST", "/api/v1/deployments", deployment);
    const target = { measure: "lead-time", value: 48 };

    const set = await ask("PUT", "/api/v1/services/billing", {
      owner: "money",
      repositories: ["acme/billing"],
      target,
    });
    await ask("PUT", "/api/v1/services/billing", { name: "Billing", repositories: ["acme/billing"] });
    const { body } = await ask("GET", "/api/v1/services");
    await close();

    expect(set).toMatchObject({ status: 200, body: { key: "billing", owner: "money", target } });
    expect(body.items).toMatchObject([
      { key: "billing", name: "Billing", owner: "", target: null, isRegistered: true },
      { key: "search", isRegistered: false, environments: [] },
      { key: "shop", isRegistered: false, environments: ["production"] },
    ]);
  });
});
