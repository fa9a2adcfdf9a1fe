import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";
import { TELLINGS_COUNTED_MAX, UNMEASURED_MAX } from "./unmeasured.ts";

const LIST = "/api/v1/unmeasured-repositories";

/** A request that was opened in a repository. */
const opened = (repository: string, id: string) => {
  const type = "dev.cdevents.change.created.0.3.0";
  const context = { id, source: "/ci", type, timestamp: "2026-11-20T10:00:00Z" };
  const data = { context, subject: { id, content: { repository: { id: repository } } } };
  return { specversion: "1.0", id, source: "/ci", type, data };
};

describeOnEachStore("repositories that are told of and belong to no service", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    const tell = (events: readonly object[]) =>
      node.ask("POST", "/cdevents", events, { "content-type": "application/cloudevents-batch+json" });
    return { ...node, tell };
  };

  it("are listed with how much was told, until a service has them, whatever their case", async () => {
    const { ask, close, tell } = await start();
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/Shop"] });
    await tell([opened("acme/shop", "1"), opened("Acme/Orphan", "2"), opened("acme/orphan", "3")]);

    const before = await ask("GET", LIST);
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop", "acme/orphan"] });
    const after = await ask("GET", LIST);
    const sources = (await ask("GET", "/api/v1/services/shop/delivery")).body.sources;
    await close();

    expect(before.status).toBe(200);
    expect(before.body).toMatchObject({
      items: [{ repository: "acme/orphan", toldBy: "cdevents", tellings: 2, isMore: false, environments: [] }],
      total: 1,
    });
    expect(after.body).toMatchObject({ items: [], total: 0 });
    expect(sources).toMatchObject([{ repository: "acme/orphan", tellings: 2 }, { repository: "acme/shop" }]);
  });

  it("are bounded: those that told last, and of each a bounded number", async () => {
    const { ask, close, tell } = await start();
    const many = Array.from({ length: UNMEASURED_MAX }, (_, index) => opened(`acme/r${index}`, `r${index}`));
    await tell([...many, opened("acme/first", "f")]);
    await tell(Array.from({ length: 1_000 }, (_, index) => opened("acme/loud", `a${index}`)));
    await tell([opened("acme/loud", "b"), opened("acme/last", "l")]);

    const { body } = await ask("GET", LIST);
    await close();

    expect(body.total).toBe(UNMEASURED_MAX + 3);
    expect(body.items).toHaveLength(UNMEASURED_MAX);
    const loud = body.items.find(({ repository }: { repository: string }) => repository === "acme/loud");
    const last = body.items.find(({ repository }: { repository: string }) => repository === "acme/last");
    expect(loud).toMatchObject({ tellings: TELLINGS_COUNTED_MAX, isMore: true });
    expect(last).toMatchObject({ tellings: 1, isMore: false });
  });

  it("are told to nobody whose token is for one environment", async () => {
    const { ask, close, tell } = await start();
    await tell([opened("acme/orphan", "1")]);
    const { body: made } = await ask("POST", "/api/v1/tokens", {
      name: "p",
      role: "viewer",
      environment: "production",
    });

    const refused = await ask("GET", LIST, undefined, { authorization: `Bearer ${made.token}` });
    await close();

    expect(refused).toMatchObject({ status: 403, body: { code: "environment-forbidden" } });
  });
});
