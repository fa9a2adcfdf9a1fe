import { expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const IN_PRODUCTION = "/api/v1/environments/production/flags";
const SHOWN = [
  "/api/v1/flags",
  "/api/v1/rollouts",
  "/api/v1/tokens",
  "/api/v1/environments",
  `${IN_PRODUCTION}/a/versions`,
  "/api/v1/environments/production/snapshot",
];

describeOnEachStore("a rebuild from the journal", (open) => {
  it("shows everything as it was shown before", async () => {
    const { ask, node, close } = await openTestNode(await open.config());
    for (const key of ["a", "b"]) await ask("POST", "/api/v1/flags", { key, service: "shop" });
    await ask("PUT", `${IN_PRODUCTION}/a`, { targeting: { if: [true, "on"] }, reason: "x" }, { "if-match": "1" });
    await ask("POST", `${IN_PRODUCTION}/a/restore`, { version: 1, reason: "back" });
    await ask("POST", "/api/v1/environments", { key: "qa" });
    const token = await ask("POST", "/api/v1/tokens", { name: "shop", role: "client", environment: "qa" });
    await ask("DELETE", `/api/v1/tokens/${token.body.id}`);
    const start = { kind: "flag", environment: "production", candidate: "on", reason: "try" };
    const first = await ask("POST", "/api/v1/rollouts", { ...start, flag: "a" });
    await ask("POST", "/api/v1/rollouts", { ...start, flag: "b" });
    for (const action of ["pause", "resume", "advance", "advance", "advance"])
      await ask("POST", `/api/v1/rollouts/${first.body.id}/${action}`, { reason: "by hand" });
    await ask("POST", `/api/v1/rollouts/${first.body.id}/roll-back`, { reason: "after all" });
    const look = async () => {
      const answers = await Promise.all(SHOWN.map((url) => ask("GET", url)));
      return answers.map((answer) => answer.body);
    };
    const published = () => ask("GET", "/api/v1/environments/production/snapshot");
    await expect.poll(async () => (await published()).body.flags.a.defaultVariant).toBe("off");
    // The second one was queued: it starts within a second, and what it publishes must be there before and after.
    await expect.poll(async () => (await published()).body.flags.b.targeting, { timeout: 60_000 }).toBeTruthy();

    const before = await look();
    const { events } = await node.rebuild();
    const after = await look();
    await close();

    expect(events).toBeGreaterThan(20);
    expect(withoutGuard(after)).toEqual(withoutGuard(before));
  });
});

/** The guard goes on judging meanwhile: its last word is not a projection. */
function withoutGuard(shown: unknown): unknown {
  const live = new Set(["decision", "signals", "shadow", "version", "waitsFor"]);
  return JSON.parse(JSON.stringify(shown, (key, value) => (live.has(key) ? undefined : value)));
}
