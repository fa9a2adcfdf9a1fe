import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { tellQuarter } from "./delivery-quarter.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

/** Noon of today: what is open then is open now. */
const now = () => Math.floor(Date.now() / 43_200_000) * 43_200_000;

describeInBrowser("the Delivery page", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await tellQuarter(server.api, "shop", now());
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  journey("names the bottleneck, with what capping it would save, as the API says", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const bottleneck = page.getByRole("region", { name: "The bottleneck" });

    const sentence = await bottleneck.getByText(/holds delivery back most/).textContent();
    const stages = await bottleneck.getByRole("rowheader").allInnerTexts();
    const report = await server.api.get<{ whatIf: { stage: string }[] }>("/api/v1/services/shop/delivery");

    expect(sentence).toMatch(
      /^Pickup holds delivery back most: capped at .* would fall from .* to [\d.]+ [dh] \[.* – .*\]/,
    );
    expect(stages.map((each) => each.toLowerCase())).toEqual(report.whatIf.slice(0, 4).map(({ stage }) => stage));
  });

  journey("opens what each figure is made of, and keeps it in the address", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });

    await page.getByRole("link", { name: /^Change fail rate/ }).click();
    await page.getByRole("dialog").getByText("explicit").first().waitFor();
    await page.reload();
    await page.getByRole("dialog").getByText("explicit").first().waitFor();
    const failures = await page.getByRole("dialog").getByRole("row").count();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    const report = await server.api.get<{ changeFailRate: { failed: number } }>("/api/v1/services/shop/delivery");
    expect(failures).toBe(report.changeFailRate.failed + 1);
    expect(page.url()).not.toContain("open=");
  });

  journey("shows another window of time, and what waits now", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const frequency = page.locator("[data-measure=frequency]");
    const ofQuarter = await frequency.textContent();

    await page.getByLabel("Window").selectOption("30");
    await expect.poll(() => frequency.textContent()).not.toBe(ofQuarter);

    expect(await frequency.textContent()).toMatch(/in 30 days/);
    expect(page.url()).toContain("days=30");
    expect(await page.getByRole("region", { name: "Waiting now" }).getByRole("row").count()).toBeGreaterThan(1);
  });

  journey("sets a target, which another window sees; a viewer is told why not", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const { token } = await createToken(server.api, "viewer", null);

    await page.getByRole("button", { name: "Set a target" }).click();
    await page.getByLabel("Value, hours").fill("48");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText(/Target: median lead time at most 48 hours\. Now .* to go/).waitFor();
    const other = await open(server, { token, path: "/delivery?service=shop" });

    await other.getByText(/at most 48 hours/).waitFor();
    const button = other.getByRole("button", { name: "Change the target" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
  });

  journey("says what to do where nothing was told", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop&environment=staging" });

    await page.getByRole("heading", { name: "Nothing was delivered here in 90 days" }).waitFor();
    await page.getByText("/api/v1/deployments").first().waitFor();
  });
});
