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
});
