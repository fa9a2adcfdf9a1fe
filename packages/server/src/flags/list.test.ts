import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("the list of flags", (open) => {
  const start = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    const { ask } = node;
    const flags = [
      { key: "a-search", owner: "web", service: "shop", description: "Faster search" },
      { key: "b-checkout", owner: "payments", service: "shop", description: "One page" },
      { key: "c-labels", owner: "payments", service: "mail", description: "" },
      { key: "d-plain", owner: "", service: "", description: "" },
    ];
    for (const flag of flags) await ask("POST", "/api/v1/flags", flag);
    const list = async (query: string) => {
      const { body } = await ask("GET", `/api/v1/flags?${query}`);
      return body.items.map((item: { key: string }) => item.key).join(" ");
    };
    return { ask, list };
  };

  it("is filtered by owner, service and words, alone and together, and tells how many match", async () => {
    const { ask, list } = await start();

    expect(await list("owner=payments")).toBe("b-checkout c-labels");
    expect(await list("service=shop")).toBe("a-search b-checkout");
    expect(await list("owner=payments&service=shop")).toBe("b-checkout");
    expect(await list("search=PAGE&owner=payments")).toBe("b-checkout");
    expect(await list("owner=pay")).toBe("");
    expect((await ask("GET", "/api/v1/flags?service=shop&limit=1")).body).toMatchObject({
      total: 2,
      next: "a-search",
    });
  });

  it("is filtered by state, in one environment or in any", async () => {
    const { ask, list } = await start();
    await ask("POST", "/api/v1/environments/staging/flags/c-labels/off", { reason: "no" });
    await ask("POST", "/api/v1/rollouts", {
      kind: "flag",
      environment: "production",
      flag: "b-checkout",
      candidate: "on",
      reason: "try",
    });

    expect(await list("state=off")).toBe("c-labels");
    expect(await list("state=off&environment=production")).toBe("");
    expect(await list("state=on&environment=staging")).toBe("a-search b-checkout d-plain");
    expect(await list("state=in-rollout")).toBe("b-checkout");
    expect(await list("state=in-rollout&environment=staging")).toBe("");
  });

  it.each(["key", "owner", "service", "changed"])(
    "is read page by page in the order of %s, each flag once",
    async (sort) => {
      const { ask, list } = await start();
      await ask("POST", "/api/v1/environments/production/flags/a-search/off", { reason: "no" });
      const whole = await list(`sort=${sort}`);

      const paged: string[] = [];
      let after = "";
      do {
        const { body } = await ask("GET", `/api/v1/flags?sort=${sort}&limit=1&after=${encodeURIComponent(after)}`);
        paged.push(...body.items.map((item: { key: string }) => item.key));
        after = body.next ?? "";
      } while (after !== "");

      expect(paged.join(" ")).toBe(whole);
      expect(paged.toSorted()).toEqual(["a-search", "b-checkout", "c-labels", "d-plain"]);
      if (sort === "changed") expect(paged[0]).toBe("a-search");
      if (sort === "owner") expect(paged.slice(0, 2)).toEqual(["d-plain", "b-checkout"]);
    },
  );

  it("refuses a cursor that is none of its own, and an unknown sort", async () => {
    const { ask } = await start();

    const cursor = await ask("GET", "/api/v1/flags?sort=owner&after=nonsense");
    const sort = await ask("GET", "/api/v1/flags?sort=luck");

    expect(cursor).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    expect(sort.status).toBe(400);
  });

  it("names what it can be filtered by, and what targeting looks at", async () => {
    const { ask } = await start();
    const targeting = { if: [{ in: [{ var: "country" }, ["DE"]] }, "on", null] };
    const path = "/api/v1/environments/production/flags";
    await ask("PUT", `${path}/a-search`, { targeting, reason: "x" }, { "if-match": '"1"' });
    await ask(
      "PUT",
      `${path}/b-checkout`,
      { targeting: { missing: ["country", "email"] }, reason: "x" },
      { "if-match": '"1"' },
    );

    expect((await ask("GET", "/api/v1/flag-facets")).body).toEqual({
      owners: [
        { name: "payments", flags: 2 },
        { name: "web", flags: 1 },
      ],
      services: [
        { name: "mail", flags: 1 },
        { name: "shop", flags: 2 },
      ],
    });
    expect((await ask("GET", "/api/v1/environments/production/context-keys")).body.items).toEqual([
      { name: "country", flags: 2 },
      { name: "email", flags: 1 },
    ]);
    expect((await ask("GET", "/api/v1/environments/staging/context-keys")).body.items).toEqual([]);
  });
});
