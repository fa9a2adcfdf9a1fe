import { expect, it } from "vitest";
import { describeOnEachStore } from "../../db/test-databases.ts";
import { openHookedNode } from "./forge-hooks.fixture.ts";

const repository = { full_name: "acme/shop", default_branch: "main" };
const AT = "2026-11-18T10:00:00Z";

describeOnEachStore("deployments, told by webhooks", (open) => {
  it("of the same branch have names that tell them apart", async () => {
    const { ask, connect, facts, close } = await openHookedNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop", "acme/lab"] });
    const [github, gitlab] = [await connect("github"), await connect("gitlab")];

    for (const id of [1, 2]) {
      const sha = String(id).repeat(40);
      const deployment = { id, sha, ref: "main", environment: "production", created_at: AT };
      const deployment_status = { state: "success", created_at: AT };
      await github("deployment_status", { repository, deployment, deployment_status });
      await gitlab("Deployment Hook", {
        ...{
          project: { path_with_namespace: "acme/lab" },
          status: "success",
          status_changed_at: AT,
          deployment_id: id,
        },
        ...{ environment: "production", ref: "main", commit_url: `https://gitlab.test/-/commit/${sha}` },
      });
    }
    const { deployments } = await facts("shop");
    await close();

    expect(deployments.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
      ["acme/lab@1", "main · 1111111"],
      ["acme/lab@2", "main · 2222222"],
      ["acme/shop@1", "main · 1111111"],
      ["acme/shop@2", "main · 2222222"],
    ]);
  });

  it("leave out releases that are none: drafts, and pre-releases until they become one", async () => {
    const { ask, connect, facts, close } = await openHookedNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    const send = await connect("github");
    const release = (tag: string, more: object) => ({
      ...{
        id: 1,
        tag_name: tag,
        html_url: "https://github.test/r",
        target_commitish: "main",
        published_at: AT,
        ...more,
      },
    });
    const told = (action: string, tag: string, more: object) =>
      send("release", { action, repository, release: release(tag, more) });

    const outcomes = [
      await told("published", "v1.0.0", { prerelease: false, draft: false }),
      await told("published", "v1.1.0-rc.1", { prerelease: true, draft: false }),
      await told("published", "v1.2.0", { prerelease: false, draft: true }),
      await told("published", "v1.3.0", { prerelease: true, draft: false }),
      await told("released", "v1.3.0", { prerelease: false, draft: false }),
    ];
    const { deployments } = await facts("shop", "releases");
    await close();

    expect(outcomes).toEqual(["told", "ignored", "ignored", "ignored", "told"]);
    expect(deployments.map(({ name }: { name: string }) => name)).toEqual(["v1.0.0", "v1.3.0"]);
  });
});
