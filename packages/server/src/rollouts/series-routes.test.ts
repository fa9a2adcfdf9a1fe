import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "../node.fixture.ts";

/** The guard judges once a second, on a slow machine later. */

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("what the charts read", (open) => {
  const start = async () => {
    const opening = await openTestNode(await open.config());
    opened.push(opening);
    const { ask } = opening;
    await ask("POST", "/api/v1/flags", { key: "f" });
    const body = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };
    const { id } = (await ask("POST", "/api/v1/rollouts", body)).body;
    const series = (query: string, headers = {}) =>
      ask("GET", `/api/v1/rollouts/${id}/series${query}`, undefined, headers);
    return { ask, id: String(id), node: opening.node, series };
  };

  it("is not sent again while nothing has changed", async () => {
    const { ask, id, node, series } = await start();
    await expect.poll(async () => (await series("")).body.points.tick.length).toBeGreaterThan(0);
    await ask("POST", `/api/v1/rollouts/${id}/roll-back`, { reason: "enough" });

    const { status, headers, body } = await series("");
    const again = await node.app.inject({
      url: `/api/v1/rollouts/${id}/series`,
      headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}`, "if-none-match": String(headers.etag) },
    });

    expect([status, again.statusCode, again.body]).toEqual([200, 304, ""]);
    expect(body).toMatchObject({ stepSeconds: 1, isWhole: true, signals: [{ name: "errors" }, { name: "latency" }] });
    expect(body.arms).toHaveLength(2);
  });

  it("is empty where nothing was judged, and refuses what makes no sense", async () => {
    const { series } = await start();

    const before = await series("?to=2001-01-01T00:00:00Z");

    expect(before.body).toMatchObject({ isWhole: true, points: { tick: [] } });
    for (const query of ["?points=9", "?points=1001", "?from=yesterday", "?after=-1", "?last=0"])
      expect((await series(query)).status, query).toBe(400);
    expect((await series("?after=99999999&step=7")).body.isWhole).toBe(true);
  });
});
