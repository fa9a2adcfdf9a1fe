import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const WHERE = "/api/v1/services/shop/environments";

describeOnEachStore("where something was told of a service", (open) => {
  it("is counted by environment, of the service and of its repositories, the most first", async () => {
    const { ask, close } = await openTestNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/Shop"] });
    const tell = (id: string, environment: string, service = "shop") =>
      ask("POST", "/api/v1/deployments", { id, service, environment, revision: "a".repeat(40) });
    for (const id of ["1", "2", "3"]) await tell(id, "prod");
    await tell("4", "releases");
    await tell("5", "staging", "another");
    const change = {
      context: { id: "1", source: "/ci", type: "dev.cdevents.change.created.0.3.0", timestamp: "2026-11-20T10:00:00Z" },
      subject: { id: "7", content: { repository: { id: "acme/shop" } } },
    };
    const event = { specversion: "1.0", id: "1", source: "/ci", type: change.context.type, data: change };
    await ask("POST", "/cdevents", event, { "content-type": "application/cloudevents+json" });

    const { status, body } = await ask("GET", WHERE);
    const known = await ask("GET", "/api/v1/services/shop");
    const unknown = await ask("GET", "/api/v1/services/nobody/environments");
    await close();

    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { environment: "prod", tellings: 3 },
      { environment: "releases", tellings: 1 },
    ]);
    expect(body.items.map(({ lastToldAt }: { lastToldAt: string }) => Date.parse(lastToldAt) > 0)).toEqual([
      true,
      true,
    ]);
    expect(known.body.environments).toEqual(["prod", "releases"]);
    expect(unknown).toMatchObject({ status: 404, body: { code: "service-not-found" } });
  });

  it("is told to a token of one environment of that one alone, and is nowhere while nothing was told", async () => {
    const { ask, close } = await openTestNode(await open.config());
    for (const environment of ["prod", "production"])
      await ask("POST", "/api/v1/deployments", { service: "shop", environment, revision: "a".repeat(40) });
    await ask("POST", "/api/v1/flags", { key: "f", service: "search" });
    const { body: made } = await ask("POST", "/api/v1/tokens", {
      name: "p",
      role: "viewer",
      environment: "production",
    });
    const asViewer = { authorization: `Bearer ${made.token}` };

    const own = await ask("GET", WHERE, undefined, asViewer);
    const others = await ask("GET", "/api/v1/services/shop/delivery?environment=prod", undefined, asViewer);
    const nothing = await ask("GET", "/api/v1/services/search/environments");
    await close();

    expect(own.body.items).toMatchObject([{ environment: "production", tellings: 1 }]);
    expect(others).toMatchObject({ status: 403, body: { code: "environment-forbidden" } });
    expect(nothing.body.items).toEqual([]);
  });
});
