import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode } from "../node.fixture.ts";

const START = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };
const ALL = [{ share: 1, minSeconds: 3_600 }];

describeOnEachStore("a candidate that was rolled back", (open) => {
  it("is blocked for a while, but no longer when it has completed since", async () => {
    const { ask, node } = await openTestNode(await open.config());
    await ask("POST", "/api/v1/flags", { key: "f" });
    const start = (more: object = {}) => ask("POST", "/api/v1/rollouts", { ...START, stages: ALL, ...more });
    const first = (await start()).body;
    await ask("POST", `/api/v1/rollouts/${first.id}/roll-back`, { reason: "no" });
    const blocked = await start();
    const despite = (await start({ despiteRollback: "mended" })).body;
    await ask("POST", `/api/v1/rollouts/${despite.id}/advance`, { reason: "by hand" });
    const completed = (await ask("GET", `/api/v1/rollouts/${despite.id}`)).body;
    const path = "/api/v1/environments/production/flags/f";
    await ask("PUT", path, { defaultVariant: "off", reason: "again" }, { "if-match": "*" });

    const again = await start();
    await node.close();

    expect(blocked.body.code).toBe("candidate-cooling-down");
    expect(completed.state).toBe("completed");
    expect(again.status).toBe(201);
  });
});
