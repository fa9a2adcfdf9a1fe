import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { sendAsGithub } from "./github-webhook.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

const REVIEW = {
  action: "submitted",
  repository: { full_name: "acme/shop", default_branch: "main" },
  pull_request: { number: 7 },
  review: { user: { login: "jonas", type: "User" }, state: "approved", submitted_at: new Date().toISOString() },
};

describeInBrowser("services and sources", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  const send = (address: string, secret: string) =>
    sendAsGithub({ address, secret }, { event: "pull_request_review", body: REVIEW });

  const source = (page: Page, name: string) => page.locator(`[data-testid=source][data-source="${name}"]`);

  async function connect(page: Page, name: string): Promise<{ address: string; secret: string }> {
    await page.getByRole("button", { name: "Connect a source" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Connect", exact: true }).click();
    const secret = await page.getByLabel("The secret", { exact: true }).inputValue();
    const address = await page.getByLabel("The address", { exact: true }).inputValue();
    return { address, secret };
  }

  journey("a lead adds a service and connects GitHub without the command line, and sees it heard", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery" });
    const dialog = page.getByRole("dialog");
    await page.getByRole("link", { name: "Connect GitHub or GitLab" }).click();

    await page.getByRole("button", { name: "Add a service" }).click();
    await dialog.getByLabel("Key").fill("my shop");
    await dialog.getByLabel("Repositories").fill("shop");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByText(/^Letters, digits, dots/).waitFor();
    await dialog.getByText("“shop” is no repository: write it as owner/name.").waitFor();
    await dialog.getByLabel("Key").fill("shop");
    await dialog.getByLabel("Owner").fill("payments");
    await dialog.getByLabel("Repositories").fill("https://github.com/acme/shop.git");
    await page.keyboard.press("Tab");
    await dialog.getByRole("button", { name: "Add", exact: true }).press("Enter");
    await page.locator("[data-service=shop]").getByText("payments · acme/shop").waitFor();

    const { address, secret } = await connect(page, "acme");
    await dialog.getByText(/Pull requests, Pull request reviews, Pushes/).waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await dialog.getByText(/It was not copied yet/).waitFor();
    await dialog.getByRole("button", { name: "Close without copying" }).click();
    await dialog.waitFor({ state: "detached" });
    await source(page, "acme").getByText("Nothing came yet").waitFor();
    expect(await page.content()).not.toContain(secret);

    expect(await send(address, secret)).toBe(202);

    await source(page, "acme").getByText("Heard", { exact: true }).waitFor();
    await source(page, "acme")
      .getByText(/ 1 told · /)
      .waitFor();
    await page.locator("[data-service=shop]").getByRole("link", { name: "shop" }).click();
    const told = page.getByRole("region", { name: "Who told these figures" });
    await told.getByRole("row", { name: /^acme\/shop GitHub changes 1 message .* Heard$/ }).waitFor();
  });

  journey(
    "a source that is signed wrongly is told apart, and one that is disconnected is refused",
    async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/settings/sources" });
      const { address, secret } = await connect(page, "mistyped");
      await page.getByRole("dialog").getByRole("button", { name: "Copy", exact: true }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();

      expect(await send(address, "another secret")).toBe(401);
      await source(page, "mistyped").getByText("Refused", { exact: true }).waitFor();
      await source(page, "mistyped")
        .getByText(/1 refused/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Disconnect mistyped" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Disconnect mistyped" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Disconnect", exact: true }).click();

      await page.getByText(/^Disconnected \(\d+\)$/).click();
      await source(page, "mistyped")
        .getByText(/· disconnected /)
        .waitFor();
      expect(await page.getByRole("button", { name: "Disconnect mistyped" }).count()).toBe(0);
      expect(await send(address, secret)).toBe(401);
    },
  );

  journey("a viewer sees what is connected, and is told why they may not change it", async ({ open }) => {
    await server.api.post("/api/v1/sources", { kind: "gitlab", name: "seen by all" });
    await server.api.request("PUT", "/api/v1/services/seen", { repositories: ["acme/seen"] });
    const { token } = await createToken(server.api, "viewer", null);
    const page = await open(server, { token, path: "/settings/sources", viewport: { width: 390, height: 844 } });

    await source(page, "seen by all").getByText("Nothing came yet").waitFor();
    const names = ["Add a service", "Connect a source", "Edit seen", "Disconnect seen by all"];
    const buttons = names.map((name) => page.getByRole("button", { name, exact: true }));
    const isDisabled = await Promise.all(buttons.map((button) => button.getAttribute("aria-disabled")));
    await page.getByRole("button", { name: "Connect a source" }).press("Enter");
    await page
      .getByText(/has the role viewer/)
      .first()
      .waitFor();

    expect(isDisabled).toEqual(names.map(() => "true"));
    expect(await page.getByRole("dialog").count()).toBe(0);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
  });

  journey("what was typed stays when the server refuses, and the reason stands beside it", async ({ open }) => {
    const page = await open(server, {
      ...{ token: ADMIN_TOKEN, path: "/settings/sources?create=service" },
      expectedFaults: [/503 \(Service Unavailable\)/],
    });
    await page.route("**/api/v1/services/late", (route) =>
      route.fulfill({
        ...{ status: 503, contentType: "application/problem+json" },
        body: JSON.stringify({
          status: 503,
          code: "store-unavailable",
          title: "",
          detail: "The store did not answer.",
        }),
      }),
    );

    await page.getByRole("dialog").getByLabel("Key").fill("late");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("alert").getByText("The store did not answer.").waitFor();

    expect(await page.getByRole("dialog").getByLabel("Key").inputValue()).toBe("late");
  });
});
