import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { connectGithub, deploymentOf, mergedRequestOf, sendAsGithub, type Webhook } from "./github-webhook.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

describeInBrowser("the Delivery page where there is nothing to see", () => {
  let browser: Browser;
  let server: ServerProcess;
  let github: Webhook;

  const tell = async (repository: string, environment: string, ids: readonly number[]) => {
    for (const id of ids) expect(await sendAsGithub(github, deploymentOf(repository, id, environment))).toBe(202);
  };

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    github = await connectGithub(server.api, "acme");
    await server.api.request("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    await server.api.request("PUT", "/api/v1/services/api", { repositories: ["acme/api"] });
    await tell("acme/shop", "prod", [1, 2, 3]);
    await tell("acme/shop", "Release Candidates", [4]);
    await tell("acme/api", "production", [5]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  journey("names the environments that were told of instead, leads there, and keeps it", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const frequency = page.locator("[data-measure=frequency]");

    await page.getByRole("heading", { name: "Nothing was told for production" }).waitFor();
    await page.getByText("3 messages told of prod.").waitFor();
    await page.getByText("1 message told of release-candidates.").waitFor();
    await page.getByText("/api/v1/deployments").first().waitFor();
    await page.getByRole("link", { name: "Look at prod" }).click();
    await frequency.getByText("3 in 90 days").waitFor();
    await page.reload();
    await frequency.getByText("3 in 90 days").waitFor();

    expect(page.url()).toContain("deployedTo=prod");
    expect(await page.getByRole("combobox", { name: "Environment" }).inputValue()).toBe("prod");
  });

  journey("offers every environment that was told of, and those of the flags", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const choice = page.getByLabel("Deployed to");
    await choice.locator("option").nth(3).waitFor({ state: "attached" });

    const offered = await choice
      .locator("option")
      .evaluateAll((each) => each.map((option) => option.getAttribute("value")));
    await choice.selectOption("prod");
    await page.getByText("of shop in prod").waitFor();
    await page.getByRole("combobox", { name: "Environment" }).selectOption("staging");
    await page.getByText("of shop in staging").waitFor();
    await choice.selectOption("prod");
    await page.getByLabel("Service").selectOption("api");
    await page.getByText("of api in staging").waitFor();
    await page.getByRole("link", { name: "Look at production" }).click();
    await page.locator("[data-measure=frequency]").getByText("1 in 90 days").waitFor();

    expect(offered).toEqual(["prod", "release-candidates", "production", "staging"]);
  });

  journey("says nothing of other environments to a token that is bound to one", async ({ open }) => {
    const { token } = await createToken(server.api, "viewer", "production");
    const page = await open(server, { token, path: "/delivery?service=shop" });

    await page.getByRole("heading", { name: "Nothing was told for production" }).waitFor();

    expect(await page.getByTestId("told-elsewhere").count()).toBe(0);
    expect(await page.getByLabel("Deployed to").locator("option").allTextContents()).toEqual(["Production"]);
  });

  journey("names what is told of no service, and measures it as a new one", async ({ open }) => {
    await tell("acme/orphan", "production", [11, 12]);
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const orphan = page.getByTestId("unmeasured").filter({ hasText: "acme/orphan" });

    await orphan.getByText(/^GitHub · 2 messages, the last .* · deployed to production$/).waitFor();
    await orphan.getByRole("button", { name: "Measure it: acme/orphan" }).click();
    await page.getByRole("dialog").getByLabel("Key").fill("api");
    await page.getByRole("dialog").getByRole("button", { name: "Measure it" }).click();
    await page.getByText("There is one with this key already: edit that one.").waitFor();
    await page.getByRole("dialog").getByLabel("Key").fill("orphan");
    await page.getByRole("dialog").getByRole("button", { name: "Measure it" }).click();

    await page.getByText("of orphan in production").waitFor();
    await page.locator("[data-measure=frequency]").getByText("2 in 90 days").waitFor();
    const list = await server.api.get<{ items: object[] }>("/api/v1/unmeasured-repositories");
    expect(list.items).toEqual([]);
  });

  journey("lays it to a service that is there, which keeps what it is", async ({ open }) => {
    const owned = { name: "The library", owner: "tools", repositories: ["acme/library"] };
    await server.api.request("PUT", "/api/v1/services/library", owned);
    await tell("acme/Library-UI", "production", [21]);
    const { token } = await createToken(server.api, "viewer", null);
    const viewer = await open(server, { token, path: "/settings/sources", viewport: { width: 390, height: 844 } });
    const page = await open(server, { token: ADMIN_TOKEN, path: "/settings/sources" });
    const name = "Measure it: acme/library-ui";

    expect(await viewer.getByRole("button", { name }).getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("button", { name }).click();
    await page.getByRole("dialog").getByLabel("Service").selectOption("library");
    await page.getByRole("dialog").getByRole("button", { name: "Measure it" }).click();
    await page.getByText("of library in production").waitFor();

    const service = await server.api.get<object>("/api/v1/services/library");
    expect(service).toMatchObject({ ...owned, repositories: ["acme/library", "acme/library-ui"] });
  });

  journey("says which event of the forge is missing, instead of asking to connect it", async ({ open }) => {
    await server.api.request("PUT", "/api/v1/services/asked", { repositories: ["acme/asked"] });
    for (const number of [1, 2, 3]) await sendAsGithub(github, mergedRequestOf("acme/asked", number));
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=asked" });

    await page
      .getByText(/^GitHub told of 3 pull requests, but nobody of a deployment to production\. .* Deployment statuses/)
      .waitFor();
    await tell("acme/asked", "production", [31, 32]);
    await page.reload();
    const bottleneck = page.getByRole("region", { name: "The bottleneck" });
    await bottleneck.getByText(/ GitHub told of 3 pull requests, but of no pushes: .* Add the event Pushes/).waitFor();

    expect(await bottleneck.getByText("Connect GitHub").count()).toBe(0);
  });
});
