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
      / holds delivery back most: capped at .* would fall from [\d.]+ ([dh]) to [\d.]+ \1 \[.* – .*\]/,
    );
    expect(sentence?.toLowerCase().startsWith(report.whatIf[0]?.stage ?? "none")).toBe(true);
    expect(stages.map((each) => each.toLowerCase())).toEqual(report.whatIf.map(({ stage }) => stage));
  });

  journey("opens exactly the changes that a cap touches", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const links = page
      .getByRole("region", { name: "What each cap would save" })
      .getByRole("link", { name: / longer than / });
    const report = await server.api.get<{ whatIf: { touched: number; n: number }[] }>("/api/v1/services/shop/delivery");

    await links.first().waitFor();
    const texts = await links.allInnerTexts();
    const counts: (string | null)[] = [];
    for (let index = 0; index < texts.length; index += 1) {
      await links.nth(index).click();
      counts.push(
        await page
          .getByRole("dialog")
          .getByText(/, the slowest first$/)
          .textContent(),
      );
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }

    expect(texts).toEqual(report.whatIf.map(({ touched, n }) => `${touched} of ${n}`));
    expect(counts).toEqual(report.whatIf.map(({ touched }) => `${touched}, the slowest first`));
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

  journey("opens the change behind a point, what shipped it, and from a bar its changes", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const dialog = page.getByRole("dialog");

    await page.getByTestId("sized-change").last().click();
    await dialog.getByRole("rowheader", { name: /^Pickup/ }).waitFor();
    await dialog.getByRole("link", { name: /^shop-/ }).click();
    await dialog.getByRole("columnheader", { name: "Lead time" }).waitFor();
    expect(page.url()).toContain("open=deployment");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    await page
      .getByTestId("batch-bin")
      .nth(1)
      .click({ position: { x: 20, y: 200 } });
    await dialog.getByText("2 pull requests").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByTestId("stage-week").first().click();
    await dialog.getByRole("heading", { name: /^Shipped in the week of/ }).waitFor();
    const figure = page.url();

    const other = await open(server, { token: ADMIN_TOKEN, path: figure.slice(server.url.length) });
    await other.getByRole("heading", { name: /^Shipped in the week of/ }).waitFor();
  });

  journey("opens by a key what a mark of each drawing is made of, and goes back to the mark", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const drawings = page.locator("figure svg:has(a)");
    const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
    await drawings.nth(4).waitFor();
    const opened: (string | undefined)[] = [];

    for (const drawing of await drawings.all()) {
      await drawing.locator("[tabindex='0']").focus();
      await page.keyboard.press("ArrowRight");
      const name = await focused();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").getByRole("heading").waitFor();
      opened.push(/open=(\w+)/.exec(page.url())?.[1]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await expect.poll(focused).toBe(name);
      expect(await drawing.locator("[tabindex='0']").count()).toBe(1);
    }

    expect(opened).toEqual(["week", "deployment", "change", "batch", "change"]);
  });

  journey("stays where one was looking when a figure is opened and closed", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const scrolled = () => page.evaluate("window.scrollY");

    await page.getByRole("link", { name: /^\d+ incidents?$/ }).scrollIntoViewIfNeeded();
    const before = await scrolled();
    await page.getByRole("link", { name: /^\d+ incidents?$/ }).click();
    await page.getByRole("dialog", { name: "Incidents" }).waitFor();
    const opened = await scrolled();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    expect(before).toBeGreaterThan(0);
    expect([opened, await scrolled()]).toEqual([before, before]);
  });

  journey(
    "draws columns of days where a mark for each deployment has no room, each opening its own",
    async ({ open }) => {
      const viewport = { width: 390, height: 844 };
      const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop", viewport });
      const columns = page.getByRole("link").filter({ has: page.getByTestId("deployment-column") });
      await columns.first().waitFor();
      const report = await server.api.get<{ deployments: { role: string }[] }>("/api/v1/services/shop/delivery");

      const titles = await columns.evaluateAll((each) => each.map((column) => column.getAttribute("aria-label") ?? ""));
      await columns.last().click();
      const rows = page.getByRole("dialog", { name: /^Deployments from / }).getByRole("rowheader");
      await rows.first().waitFor();

      const counts = titles.map((title) => Number(/: (\d+) deployments?, /.exec(title)?.[1]));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(
        report.deployments.filter(({ role }) => role !== "rollback").length,
      );
      expect(await rows.count()).toBe(counts.at(-1));
    },
  );

  journey("tells small changes from large ones, each size opening its requests", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });

    await page.getByText(/^Lines changed of \d+ pull requests .* lines took .* \(median\), those of/).waitFor();
    const row = page.getByRole("row", { name: /^11 – 30/ });
    const count = Number.parseInt((await row.getByRole("link").textContent()) ?? "", 10);
    await row.getByRole("link").click();

    const dialog = page.getByRole("dialog", { name: "Of 11 to 30 lines" });
    await dialog.getByText(`${count}, the slowest first`).waitFor();
    const sizes = await dialog.getByRole("cell", { name: /^\d+ lines$/ }).allInnerTexts();
    expect(sizes).toHaveLength(count);
    expect(sizes.map(Number.parseFloat).every((lines) => lines >= 11 && lines <= 30)).toBe(true);
  });

  journey("ranks flaky tests with their interval, and opens the runs", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const flaky = page.getByRole("region", { name: "Flaky tests", exact: true });

    await flaky.getByRole("rowheader").first().waitFor();
    const tests = await flaky.getByRole("rowheader").allInnerTexts();
    const [rate] = await flaky.getByRole("cell", { name: /%/ }).allInnerTexts();
    await flaky.getByRole("link").first().click();
    const outcomes = page.getByRole("dialog").getByRole("cell", { name: /^(passed|failed)$/ });
    await outcomes.first().waitFor();

    const report = await server.api.get<{ flakyTests: { test: string; runs: object[] }[] }>(
      "/api/v1/services/shop/delivery",
    );
    expect(tests).toEqual(report.flakyTests.map(({ test }) => test));
    expect(rate).toMatch(/^[\d.]+ % \[[\d.]+ % – [\d.]+ %\]$/);
    expect(await outcomes.count()).toBe(report.flakyTests[0]?.runs.length);
    expect(new Set(await outcomes.allInnerTexts())).toEqual(new Set(["passed", "failed"]));
  });

  journey("shows another window of time, and what waits now", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const frequency = page.locator("[data-measure=frequency]");
    const ofQuarter = await frequency.textContent();

    await page.getByLabel("Window").selectOption("30");
    await frequency.getByText(/ in 30 days/).waitFor();

    expect(await frequency.textContent()).not.toBe(ofQuarter);
    expect(page.url()).toContain("days=30");
    expect(await page.getByRole("region", { name: "Waiting now" }).getByRole("row").count()).toBeGreaterThan(1);
  });

  journey("sets a target, which another window sees; a viewer is told why not", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const { token } = await createToken(server.api, "viewer", null);

    await page.getByRole("button", { name: "Set a target" }).click();
    await page.getByLabel("Value, hours").fill("48");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText(/^Target: median lead time at most 48 hours\. Now /).waitFor();
    await page.getByText(/^\d+ % of the way from the baseline, .* in the 90 days before$/).waitFor();
    const other = await open(server, { token, path: "/delivery?service=shop" });

    await other.getByText(/at most 48 hours/).waitFor();
    const button = other.getByRole("button", { name: "Change the target" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
  });

  journey("shows with each figure what the data does not rule out, and what the guard decided", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const levers = page.getByRole("region", { name: "The five levers" });

    await levers
      .getByText(/^\[[\d.]+ – [\d.]+( [dh])? is what the data does not rule out\]$/)
      .first()
      .waitFor();
    const cards = await levers.getByRole("article").allInnerTexts();
    await page.getByRole("link", { name: "0 decisions of the guard" }).click();
    await page
      .getByRole("dialog")
      .getByText(/^The guard decided nothing in this time/)
      .waitFor();

    expect(cards).toHaveLength(5);
    for (const card of cards) expect(card).toMatch(/\[[\d.]+( %)? – [\d.]+/);
    const moved = /(changed about \w+ \d+, from .* to .*|(up|down) from .* in the 90 days before \(\d+ [\w ]+\))$/;
    const unmoved =
      /(no detectable change|too few periods for a trend)( · .* in the 90 days before \(\d+ [\w ]+\).*)?$/;
    for (const card of cards)
      expect(
        [moved, unmoved].filter((each) => each.test(card)),
        card,
      ).toHaveLength(1);
  });

  journey(
    "writes durations in one way, and shows them more exactly on a figure that is pointed at",
    async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
      const leadTime = page.getByRole("link", { name: /^Change lead time/ });
      await leadTime.waitFor();

      expect(await leadTime.textContent()).toMatch(/^[\d.]+ (d|h)$/);
      expect(await leadTime.getAttribute("title")).toMatch(/^\d+ d( \d+ h)?$/);
      expect(await page.getByRole("main").textContent()).not.toMatch(/\d d \d+ h|\d h \d+ min/);
    },
  );

  journey("has on a phone words that are no columns, and tables that a key scrolls", async ({ open }) => {
    const viewport = { width: 390, height: 844 };
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop", viewport });
    const stages = page.getByRole("region", { name: "Stages" });
    const about = stages.locator("small").filter({ hasText: "merged until its deployment began" });
    const scrolled = () => stages.evaluate((element) => element.scrollLeft);
    await about.waitFor();

    await stages.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(scrolled).toBeGreaterThan(0);

    // Three lines of small text.
    expect((await about.boundingBox())?.height).toBeLessThan(60);
    expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
  });
});
