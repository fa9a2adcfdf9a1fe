import { afterEach, expect, it } from "vitest";
import { describePostgres } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const after: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of after.splice(0).reverse()) await clean();
});

describePostgres("two nodes of one name", (_cluster, open) => {
  it("hold leases each for itself, as a process and its replacement do", async () => {
    const config = await open.config();
    for (let start = 0; start < 2; start += 1) {
      const { node } = await openTestNode(config, { nodeName: "twin" });
      after.push(() => node.close());
    }
    const { db } = await open.at(config);
    const readHolders = async () => {
      const rows = await db.selectFrom("lease").select("holder").where("name", "like", "node/%").execute();
      return rows.map(({ holder }) => holder);
    };

    await expect.poll(async () => (await readHolders()).length, { timeout: 60_000 }).toBe(2);
    for (const holder of await readHolders()) expect(holder).toMatch(/^twin\/[0-9a-f-]{36}$/);
  });
});
