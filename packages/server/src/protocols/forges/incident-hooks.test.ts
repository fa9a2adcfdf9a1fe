import { expect, it } from "vitest";
import { describeOnEachStore } from "../../db/test-databases.ts";
import { openHookedNode } from "./forge-hooks.fixture.ts";

const repository = { full_name: "acme/shop", default_branch: "main" };
const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, "0")}:00Z`;

/** What GitHub sends of an issue that has these labels now. */
const issue = (action: string, minute: number, labels: readonly string[], more: object = {}) => ({
  ...{ action, repository, label: { name: "incident" } },
  issue: {
    ...{ number: 12, title: "Nobody can pay", html_url: "https://github.test/12", closed_at: null },
    ...{ created_at: at(0), updated_at: at(minute), labels: labels.map((name) => ({ name })), ...more },
  },
});

const project = { path_with_namespace: "acme/shop", default_branch: "main" };
const changed = (field: string) => ({ updated_at: {}, [field]: { previous: [{ title: "incident" }], current: [] } });

/** The same of GitLab. */
const labIssue = (action: string, minute: number, attributes: object, more: object = {}) => ({
  ...{ project, labels: [], changes: {}, ...more },
  object_attributes: {
    ...{ iid: 7, title: "Nobody can pay", url: "https://gitlab.test/7", action, closed_at: null },
    ...{ created_at: at(0), updated_at: at(minute), ...attributes },
  },
});

describeOnEachStore("incidents, told by webhooks", (open) => {
  async function hooked() {
    const node = await openHookedNode(await open.config());
    await node.ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    const incidents = async () => {
      const known: readonly { readonly id: string }[] = (await node.facts("shop")).incidents;
      return known.map(({ id }) => id);
    };
    return { ...node, incidents };
  }

  it("are forgotten when the label is taken off, and are back when it is put on again", async () => {
    const { connect, incidents, close } = await hooked();
    const send = await connect("github");

    await send("issues", issue("labeled", 1, ["incident"]));
    const labelled = await incidents();
    // What came first does not matter: this one is late.
    await send("issues", issue("unlabeled", 5, ["bug"]));
    await send("issues", issue("edited", 3, ["bug", "incident"]));
    const unlabelled = await incidents();
    await send("issues", issue("labeled", 6, ["incident"]));
    const again = await incidents();
    await close();

    expect([labelled, unlabelled, again]).toEqual([["acme/shop#12"], [], ["acme/shop#12"]]);
  });

  it.each([
    ["deleted", ["incident"]],
    ["transferred", []],
  ])("are forgotten when their issue is %s, though GitHub tells it by the time before", async (action, labels) => {
    const { connect, incidents, close } = await hooked();
    const send = await connect("github");

    await send("issues", issue("labeled", 1, ["incident"]));
    await send("issues", issue(action, 1, labels));
    const left = await incidents();
    await close();

    expect(left).toEqual([]);
  });

  it("stay when another label is taken off, or they are closed", async () => {
    const { connect, facts, close } = await hooked();
    const send = await connect("github");

    await send("issues", issue("labeled", 1, ["incident", "bug"]));
    await send("issues", { ...issue("unlabeled", 2, ["incident"]), label: { name: "bug" } });
    await send("issues", issue("closed", 3, ["incident"], { closed_at: at(3) }));
    const { incidents } = await facts("shop");
    await close();

    expect(incidents).toMatchObject([{ id: "acme/shop#12", resolvedAtMs: Date.parse(at(3)) }]);
  });

  it.each([
    [
      "becomes an issue",
      { type: "Incident" },
      labIssue("update", 2, { type: "Issue" }, { changes: { updated_at: {} } }),
    ],
    ["is moved", { type: "Incident" }, labIssue("close", 2, { type: "Incident", moved_to_id: 9 })],
    ["loses its label, before 17.2", {}, labIssue("update", 2, {}, { changes: changed("labels") })],
  ])("of GitLab are forgotten when one %s", async (_, type, message) => {
    const { connect, incidents, close } = await hooked();
    const send = await connect("gitlab");

    await send("Issue Hook", labIssue("open", 1, type, { labels: [{ title: "incident" }] }));
    const opened = await incidents();
    await send("Issue Hook", message);
    const left = await incidents();
    await close();

    expect([opened, left]).toEqual([["acme/shop#7"], []]);
  });

  it("of GitLab are none where an issue is written about, and tell nothing", async () => {
    const { connect, close } = await hooked();
    const send = await connect("gitlab");

    const outcomes = [
      await send("Issue Hook", labIssue("open", 1, { type: "Issue" })),
      await send("Issue Hook", labIssue("update", 2, { type: "Issue" }, { changes: changed("title") })),
      await send("Issue Hook", labIssue("update", 2, {}, { changes: changed("title") })),
    ];
    await close();

    expect(outcomes).toEqual(["ignored", "ignored", "ignored"]);
  });

  /** A deployment in each of these environments. */
  async function deployedIn(environments: readonly string[]) {
    const node = await hooked();
    for (const [index, environment] of environments.entries())
      await node.ask("POST", "/api/v1/deployments", { id: `run-${index}`, service: "shop", environment });
    const placesOf = async () => {
      const { body } = await node.ask("GET", "/api/v1/services/shop");
      const asked = [...new Set(["production", "staging", ...environments])];
      const told = await Promise.all(asked.map(async (each) => (await node.facts("shop", each)).incidents.length > 0));
      return { environments: body.environments, places: asked.filter((_, index) => told[index]) };
    };
    return { ...node, placesOf };
  }

  it.each([
    [["production", "staging"], ["production"]],
    [
      ["prod", "prod-eu", "staging"],
      ["prod", "prod-eu"],
    ],
    [["live"], ["production", "staging", "live"]],
  ])("are where the service runs, which is deployed in %j", async (environments, places) => {
    const { connect, placesOf, close } = await deployedIn(environments);
    const [github, gitlab] = [await connect("github"), await connect("gitlab")];

    await github("issues", issue("labeled", 1, ["Incident"]));
    const ofGitHub = await placesOf();
    await github("issues", issue("unlabeled", 2, []));
    const ofNobody = await placesOf();
    await gitlab("Issue Hook", labIssue("open", 1, { type: "Incident" }));
    const ofGitLab = await placesOf();
    await close();

    expect([ofGitHub.places, ofNobody.places, ofGitLab.places]).toEqual([places, [], places]);
    expect(ofGitHub.environments).toEqual([...environments].sort());
  });

  it.each([
    ["of several", ["production", "staging"], "production"],
    ["where nothing else runs", ["staging"], "staging"],
  ])("are where their label says, and move with it: %s", async (_, environments, home) => {
    const { connect, placesOf, close } = await deployedIn(environments);
    const send = await connect("github");

    await send("issues", issue("labeled", 1, ["incident"]));
    await send("issues", issue("labeled", 2, ["incident", "incident:Staging"]));
    const named = await placesOf();
    await send("issues", { ...issue("unlabeled", 3, ["incident"]), label: { name: "incident:Staging" } });
    const unnamed = await placesOf();
    await close();

    expect(unnamed.places).toContain(home);
    expect(named.places).toContain("staging");
    if (home === "production") expect([named.places, unnamed.places]).toEqual([["staging"], ["production"]]);
  });
});
