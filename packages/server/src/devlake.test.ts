import { expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const BASE = "/devlake/api/plugins/webhook/connections/shop";
const at = (time: string): number => Date.parse(`2026-11-20T${time}:00Z`);
const issue = { issueKey: "INC-7", title: "Checkout fails", type: "INCIDENT", createdDate: "2026-11-20T12:00:00Z" };

describeOnEachStore("the webhooks of DevLake", (open) => {
  it("leave the end of an incident where it was when it is closed again, until it was opened again", async () => {
    const clock = { nowMs: at("12:30") };
    const { ask, close } = await openTestNode(await open.config(), { nowMs: () => clock.nowMs });
    const closeAt = async (time: string) => {
      clock.nowMs = at(time);
      await ask("POST", `${BASE}/issue/INC-7/close`, {});
      return (await ask("GET", "/api/v1/services/shop/facts")).body.incidents[0];
    };
    await ask("POST", `${BASE}/issues`, issue);

    const first = await closeAt("12:30");
    const second = await closeAt("12:45");
    await ask("POST", `${BASE}/issues`, { ...issue, status: "IN_PROGRESS", updatedDate: "2026-11-20T13:00:00Z" });
    const { body: reopened } = await ask("GET", "/api/v1/services/shop/facts");
    const third = await closeAt("13:40");
    await close();

    expect(first).toMatchObject({ detectedAtMs: at("12:00"), resolvedAtMs: at("12:30") });
    expect(second).toEqual(first);
    expect(reopened.incidents).toMatchObject([{ id: "INC-7", resolvedAtMs: null }]);
    expect(third).toMatchObject({ detectedAtMs: at("12:00"), resolvedAtMs: at("13:40") });
  });
});
