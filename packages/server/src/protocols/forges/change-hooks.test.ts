import { expect, it } from "vitest";
import { describeOnEachStore } from "../../db/test-databases.ts";
import { openHookedNode } from "./forge-hooks.fixture.ts";

const OPENED = "2026-11-18T09:00:00Z";
const MERGED = "2026-11-18T10:00:00Z";
const repository = { full_name: "acme/shop", default_branch: "main" };

const request = (number: number, mergedAt: string | null) => ({
  ...{ number, title: "Search", html_url: `https://github.test/${number}`, user: { login: "maya", type: "User" } },
  ...{ created_at: OPENED, updated_at: MERGED, merged_at: mergedAt, closed_at: mergedAt },
  merge_commit_sha: "c".repeat(40),
});

describeOnEachStore("requests, told by webhooks", (open) => {
  // Goal: what decided between the two was a hash of the message: of thirty merges twenty-one were lost.
  it("are merged, if a bot labelled them in the same second, too, or a word about them comes late", async () => {
    const { ask, connect, facts, close } = await openHookedNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    const send = await connect("github");
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1);

    for (const number of numbers) {
      const messages = [
        { action: "labeled", repository, pull_request: request(number, null) },
        { action: "closed", repository, pull_request: request(number, MERGED) },
      ];
      for (const message of number % 2 === 0 ? messages : messages.toReversed()) await send("pull_request", message);
    }
    const { changes } = await facts("shop");
    await close();

    expect(changes.map((change: { mergedAtMs: number }) => change.mergedAtMs)).toEqual(
      numbers.map(() => Date.parse(MERGED)),
    );
  });
});
