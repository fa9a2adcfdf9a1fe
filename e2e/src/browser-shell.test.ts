import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type CreatedToken, createToken } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, startRollout, untilJudged, untilState } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";
import { openPalette } from "./visited-pages.ts";

const PHONE = { width: 390, height: 844 };

describeInBrowser("what stands around every page", () => {
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

  journey("leads who signs in to an empty server to a first rollout, and ticks off what is there", async ({ open }) => {
    const empty = await startServer();
    onTestFinished(async () => void (await empty.stop()));
    const page = await open(empty);
    await page.getByText("Where do I find a token?").click();
    await page.getByText("it printed an admin token, once").waitFor();
    await page.getByLabel("Token", { exact: true }).fill(ADMIN_TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    const steps = page.getByTestId("first-step");
    await steps.nth(2).waitFor();
    expect(await steps.filter({ hasText: "done" }).count()).toBe(0);

    await createFlag(empty.api, "new-checkout", "shop");
    const load = await startTelemetryLoad(empty.api, { flag: "new-checkout", service: "shop" });
    onTestFinished(load.stop);
    await page.reload();
    await steps.nth(0).filter({ hasText: "done" }).waitFor();
    await steps.nth(1).filter({ hasText: "done" }).filter({ hasText: "shop" }).waitFor();
    await steps.nth(2).getByRole("link", { name: "Start a rollout" }).click();

    await page.waitForURL(/\/rollouts\/new\?.*flag=new-checkout/);
    await page.getByRole("heading", { level: 1, name: "Start a rollout" }).waitFor();
  });

  journey("is worked from the palette by the keyboard alone, up to rolling back", async ({ open }) => {
    await createFlag(server.api, "by-palette", "by-palette");
    const load = await startTelemetryLoad(server.api, { flag: "by-palette", service: "by-palette" });
    onTestFinished(load.stop);
    const { id } = await startRollout(server.api, "by-palette", { stages: LONG_STAGES });
    await untilJudged(server.api, id);
    const page = await open(server, { token: ADMIN_TOKEN, path: "/settings/about" });

    await openPalette(page);
    await page.keyboard.type("by-pal");
    await chosen(page, /by-palette/).waitFor();
    await page.keyboard.type("ette roll");
    await chosen(page, /^Roll back by-palette/).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByLabel("Reason").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("by the palette");
    await page.keyboard.press("Enter");

    expect((await untilState(server.api, id, "rolled-back")).endReason).toContain("by the palette");
    await openPalette(page);
    await page.keyboard.type("journal");
    await chosen(page, /^Journal/).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Journal" }).waitFor();
    await openPalette(page);
    await page
      .getByRole("group", { name: "Recent" })
      .getByRole("option", { name: /^Journal/ })
      .waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  journey("finds flags by what the server knows of them, and starts a rollout of one", async ({ open }) => {
    await server.api.post("/api/v1/flags", {
      key: "gift-wrap",
      owner: "payments",
      description: "For the festive season",
    });
    const page = await open(server, { token: ADMIN_TOKEN });

    await openPalette(page);
    await page.keyboard.type("festive");
    await chosen(page, /^gift-wrap/).waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("start gift-w");
    await chosen(page, /^Start a rollout of gift-wrap/).waitFor();
    await page.keyboard.press("Enter");

    await page.waitForURL(/\/rollouts\/new\?.*flag=gift-wrap/);
  });

  journey("takes what is typed before the palette is there", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/flags" });
    await page.getByRole("button", { name: "Account and appearance" }).waitFor();
    const typed = Promise.withResolvers<void>();
    await page.route("**/assets/palette-*.js", (route) => typed.promise.then(() => route.continue()));

    await page.keyboard.press("Control+k");
    await page.keyboard.type("setti");
    typed.resolve();

    const field = page.getByRole("combobox", { name: "Search pages, flags, rollouts and actions" });
    await expect.poll(() => field.inputValue()).toBe("setti");
  });

  journey("goes by single keys until they are switched off", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN });
    await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();

    await page.keyboard.press("g");
    await page.keyboard.press("j");
    await page.getByRole("heading", { level: 1, name: "Journal" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).getByLabel("Use single keys in this browser").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");

    await page.getByRole("dialog", { name: "Search pages, flags, rollouts and actions" }).waitFor();
    expect(await page.getByRole("dialog", { name: "Keyboard" }).count()).toBe(0);
  });

  journey("creates an environment and a token, which works until it is revoked", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/settings/environments" });
    await page.getByRole("button", { name: "Create an environment" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Load Tests");
    expect(await page.getByRole("dialog").getByLabel("Key").inputValue()).toBe("load-tests");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.locator("[data-testid=environment][data-environment=load-tests]").waitFor();

    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByRole("button", { name: "Create a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("Say who or what will use it.").waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("load generator");
    await dialog.getByRole("radio", { name: /^telemetry/ }).check();
    await dialog.getByLabel("Environment", { exact: true }).selectOption("load-tests");
    await dialog.getByRole("button", { name: "Create" }).click();
    const secret = await dialog.getByLabel("The token", { exact: true }).inputValue();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Done" }).click();
    await dialog.getByText("It was not copied yet").waitFor();
    await dialog.getByRole("button", { name: "Close without copying" }).click();
    await dialog.waitFor({ state: "detached" });

    const me = await server.api.as(secret).get<{ name: string; role: string; environment: string }>("/api/v1/me");
    expect(me).toMatchObject({ name: "load generator", role: "telemetry", environment: "load-tests" });
    expect(await page.content()).not.toContain(secret);
    await page.getByRole("button", { name: "Revoke load generator" }).click();
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await server.api.as(secret).refused("GET", "/api/v1/me")).toMatchObject({ status: 401 });
    await page.getByText("Revoked (1)").click();
    await page.locator("[data-testid=token][data-token='load generator']").getByText("revoked").waitFor();
  });

  journey("says why the last admin token stays, and shows a viewer what is for admins only", async ({ open }) => {
    const admin = await open(server, {
      token: ADMIN_TOKEN,
      path: "/settings/tokens",
      expectedFaults: [/409 .*\/api\/v1\/tokens\//],
    });
    await admin.getByRole("button", { name: "Revoke first admin" }).click();
    await admin.getByRole("dialog").getByText("this ends your session").waitFor();
    await admin.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await admin.getByRole("dialog").getByText("This is the last admin token").waitFor();

    const { token } = await createToken(server.api, "viewer", null);
    const viewer = await open(server, { token, path: "/settings/tokens?create=true" });
    await viewer.getByText("Tokens are shown to admins only").waitFor();
    expect(await viewer.getByRole("dialog").count()).toBe(0);
    await viewer.getByRole("button", { name: "Create a token" }).focus();
    await viewer.getByRole("tooltip").getByText("has the role viewer").waitFor();
  });

  journey("tells whose token was revoked while a page is open, and leads back to it", async ({ open }) => {
    const { token, id } = await server.api.post<CreatedToken>("/api/v1/tokens", {
      name: "soon gone",
      role: "operator",
      environment: null,
    });
    const page = await open(server, { token, path: "/?environment=staging", expectedFaults: [/401 /] });
    await page.locator("[data-testid=freshness][data-state=live]").waitFor();

    await server.api.request("DELETE", `/api/v1/tokens/${id}`);

    await page.getByText("Your session has ended").waitFor();
    await page.getByLabel("Token", { exact: true }).fill(ADMIN_TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
    expect(new URL(page.url()).searchParams.get("environment")).toBe("staging");
  });

  journey("says on top what hurts, and takes it back from there", async ({ open }) => {
    await createFlag(server.api, "on-top", "on-top");
    const { id } = await startRollout(server.api, "on-top", { stages: LONG_STAGES });
    const page = await open(server, { token: ADMIN_TOKEN });
    const concern = page.getByTestId("concern").filter({ hasText: "on-top" });

    await server.api.post(`/api/v1/rollouts/${id}/pause`, { reason: "to be looked at" });
    await concern.getByText("on-top is paused").waitFor();
    await concern.getByRole("button", { name: "Roll back on-top now" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("from the top");
    await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();

    await untilState(server.api, id, "rolled-back");
    await concern.getByText("on-top was taken back").waitFor();
    await page.getByTestId("concerns").getByText("Nothing hurts.", { exact: true }).last().waitFor();
    await page.getByText(/^Ended today: .*rolled back/).waitFor();
  });

  journey("tells what arrives, who evaluates and how the node is, each with its details", async ({ open }) => {
    await createFlag(server.api, "healthy", "healthy");
    const load = await startTelemetryLoad(server.api, { flag: "healthy", service: "healthy" });
    onTestFinished(load.stop);
    const page = await open(server, { token: ADMIN_TOKEN });
    const part = (name: string) => page.locator(`[data-testid=health] [data-part=${name}]`);

    await part("telemetry").getByText("evaluations/s").waitFor();
    await part("guard").getByText("On time").waitFor();
    await part("instances").getByText("up to date").waitFor();
    await part("telemetry").click();
    await page.getByTestId("telemetry-detail").getByRole("rowheader", { name: "healthy" }).first().waitFor();
    expect(new URL(page.url()).searchParams.get("health")).toBe("telemetry");
    await page.reload();
    await page.getByTestId("telemetry-detail").waitFor();
    await part("instances").click();
    await page.getByTestId("instances-detail").getByText("the current version").first().waitFor();
  });

  journey("is worked by a thumb on a phone, and by a skip link and visible focus without one", async ({ open }) => {
    const phone = await open(server, { token: ADMIN_TOKEN, viewport: PHONE });
    await phone.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Journal" }).click();
    await phone.getByRole("heading", { level: 1, name: "Journal" }).waitFor();
    expect(await phone.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PHONE.width);

    const page = await open(server, { token: ADMIN_TOKEN, path: "/flags" });
    await page.getByRole("heading", { level: 1, name: "Flags" }).waitFor();
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await skip.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await eventually("the content to have the focus", async () =>
      (await page.evaluate("document.activeElement.id")) === "content" ? true : undefined,
    );
    await page.keyboard.press("Tab");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
  });

  journey("stands still for those who ask for less motion", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN });
    await page.locator("[data-testid=freshness][data-state=live]").waitFor();

    expect(await page.evaluate("document.getAnimations().length")).toBe(0);
  });
});

/** The line of the palette that Enter would take. */
function chosen(page: Page, name: RegExp) {
  return page.getByRole("dialog").getByRole("option", { name, selected: true });
}
