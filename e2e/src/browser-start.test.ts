import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken, type Rollout } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { createFlag, LONG_STAGES, startRollout, untilState } from "./guarded-rollout.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";
import { type ShopProcess, startShop } from "./shop-process.ts";

/** Of these 60 % check out. */
const REQUESTS_PER_SECOND = 400;
/** Coarse promises, so that 240 checkouts a second pass in some 30 s: percent, points, seconds. */
const STAGES = [
  ["1", "60", "2 s"],
  ["10", "30", "2 s"],
  ["50", "20", "2 s"],
] as const;
const TABS_MAX = 80;

describeInBrowser("the form that starts a rollout", () => {
  let browser: Browser;
  let server: ServerProcess;
  let shop: ShopProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await createFlag(server.api, "new-checkout", "shop");
    await createFlag(server.api, "fast-search", "shop");
    shop = await startShop(server.api, { requestsPerSecond: REQUESTS_PER_SECOND });
  });

  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  const rolloutsOf = async (flag: string): Promise<readonly Rollout[]> =>
    (await server.api.get<{ items: Rollout[] }>(`/api/v1/rollouts?flag=${flag}`)).items;

  journey("says what will happen at the shop's traffic, starts it, and it completes", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/rollouts/new?flag=new-checkout" });
    // Observations may arrive a moment before spans, and would be what is chosen until then.
    await arriving(page, "errors").waitFor();
    await arriving(page, "latency").waitFor();

    await page.getByText("Standard", { exact: true }).click();
    for (const [index, [share, catches, floor]] of STAGES.entries()) {
      const row = page.getByTestId("stage-row").nth(index);
      await row.getByLabel(/^Share/).fill(share);
      await row.getByLabel(/^Rise/).fill(catches);
      await row.getByLabel(/^Time/).fill(floor);
    }
    await arriving(page, "latency").getByRole("checkbox").uncheck();
    await page
      .getByTestId("basis")
      .filter({ hasText: /requests\/s, as they arrive from spans/ })
      .waitFor();
    await page
      .getByTestId("estimate")
      .first()
      .filter({ hasText: /errors needs [\d,]+ requests/ })
      .waitFor();
    await page
      .getByTestId("total")
      .filter({ hasText: /^About .* until everybody has it/ })
      .waitFor();
    await page.getByLabel("Reason").fill("One page instead of four");
    await page.getByRole("button", { name: "Start the rollout" }).click();

    await page.waitForURL(/\/rollouts\/rol_/);
    await page.locator("[data-rollout][data-state=completed]").waitFor({ timeout: 180_000 });
    const [rollout] = await rolloutsOf("new-checkout");
    expect(rollout).toMatchObject({ state: "completed", reason: "One page instead of four" });
    expect(rollout?.stages.map(({ share, minSeconds }) => [share, minSeconds])).toEqual([
      [0.01, 2],
      [0.1, 2],
      [0.5, 2],
      [1, 0],
    ]);
    expect(rollout?.guard.signals.map(({ name }) => name)).toEqual(["errors"]);
  });

  journey(
    "shows each fault beside its field, goes to the first, and says what to do without traffic",
    async ({ open }) => {
      await createFlag(server.api, "with-faults", "nobody");
      const page = await open(server, {
        token: ADMIN_TOKEN,
        path: "/rollouts/new?flag=with-faults&plan=fast",
        expectedFaults: [/422 .*\/api\/v1\/rollouts$/],
      });
      await page.locator("[data-code=telemetry-missing]").waitFor();

      await page.getByRole("button", { name: "Start the rollout" }).click();
      await page.getByText("Say why, in a few words").waitFor();
      await focused(page.getByLabel("Reason"));
      await page.getByLabel("Reason").fill("why not");
      const share = page.getByLabel("Share of stage 2, percent");
      await share.fill("much");
      await page.getByText("A percentage, such as 1 or 0.5.").waitFor();
      await share.fill("2");
      await page.getByText("shares grow from stage to stage").first().waitFor();
      await page.getByRole("button", { name: "Start the rollout" }).click();

      await page.getByRole("alert").waitFor();
      await focused(share);
      expect(await page.getByLabel("Reason").inputValue()).toBe("why not");
      expect(await rolloutsOf("with-faults")).toEqual([]);
    },
  );

  journey("keeps everything when the start is refused, and offers the way that a person may open", async ({ open }) => {
    await createFlag(server.api, "refused");
    const before = await startRollout(server.api, "refused", { stages: LONG_STAGES });
    const page = await open(server, {
      token: ADMIN_TOKEN,
      path: "/rollouts/new?flag=refused&plan=careful",
      expectedFaults: [/409 .*\/api\/v1\/rollouts$/],
    });
    await page.getByLabel("Reason").fill("the second try");
    await server.api.post(`/api/v1/rollouts/${before.id}/roll-back`, { reason: "it hurt" });

    await page.getByRole("button", { name: /^(Start the rollout|Put it into the queue)$/ }).click();
    await page.getByRole("alert").filter({ hasText: "was rolled back" }).waitFor();
    const word = page.getByLabel("Try it again in spite of the rollback, because");
    await word.fill("the cause is mended");
    expect(await page.getByLabel("Reason").inputValue()).toBe("the second try");
    expect(await page.getByTestId("stage-row").count()).toBe(6);
    await page.getByRole("button", { name: "Start the rollout" }).click();

    await page.waitForURL(/\/rollouts\/rol_/);
    expect((await rolloutsOf("refused")).map(({ state, reason }) => [state, reason])).toEqual([
      ["running", "the second try"],
      ["rolled-back", "a journey"],
    ]);
  });

  journey("is one rollout, however often the button is pressed", async ({ open }) => {
    await createFlag(server.api, "pressed-twice");
    const page = await open(server, { token: ADMIN_TOKEN, path: "/rollouts/new?flag=pressed-twice" });
    await page.getByLabel("Reason").fill("impatience");
    await page.getByTestId("total").waitFor();

    await page.getByRole("button", { name: "Start the rollout" }).dblclick();

    await page.waitForURL(/\/rollouts\/rol_/);
    expect(await rolloutsOf("pressed-twice")).toHaveLength(1);
  });

  journey("is used by the keyboard alone", async ({ open }) => {
    await createFlag(server.api, "by-keyboard");
    const page = await open(server, { token: ADMIN_TOKEN, path: "/rollouts/new" });

    await tabTo(page, page.getByLabel("Flag", { exact: true }).and(page.locator("input")));
    await page.keyboard.type("by-keyb");
    await page.getByRole("option", { name: "by-keyboard" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/flag=by-keyboard/);
    await tabTo(page, page.getByLabel("Reason"));
    await page.keyboard.type("typed it");
    await tabTo(page, page.getByRole("radio", { name: /^Freeze|^Roll back/ }).first());
    await page.keyboard.press("ArrowDown");
    await tabTo(page, page.getByRole("button", { name: "Start the rollout" }));
    await page.keyboard.press("Enter");

    await page.waitForURL(/\/rollouts\/rol_/);
    expect(await rolloutsOf("by-keyboard")).toMatchObject([
      { reason: "typed it", onRegression: "freeze", candidate: "on" },
    ]);
  });

  journey("shows a viewer what would happen, and why it is not theirs to start", async ({ open }) => {
    const { token } = await createToken(server.api, "viewer");
    const page = await open(server, { token, path: "/rollouts/new?flag=fast-search" });
    await page.getByTestId("total").waitFor();

    await page.getByLabel("Reason").fill("may I?");
    await page.getByRole("button", { name: "Start the rollout" }).click({ force: true });

    await page
      .getByText(/has the role viewer/)
      .first()
      .waitFor();
    expect(await page.getByRole("button", { name: "Start the rollout" }).getAttribute("aria-disabled")).toBe("true");
    expect(await rolloutsOf("fast-search")).toEqual([]);
  });

  journey("tells whom it would wait for, and is queued behind it", async ({ open }) => {
    await createFlag(server.api, "goes-first", "a-service");
    await createFlag(server.api, "waits", "a-service");
    const { id } = await startRollout(server.api, "goes-first", { stages: LONG_STAGES });
    const page = await open(server, { token: ADMIN_TOKEN, path: "/rollouts/new?flag=waits" });
    await page.locator("[data-code=queued]").filter({ hasText: "goes-first" }).waitFor();

    await page.getByLabel("Reason").fill("after you");
    await page.getByRole("button", { name: "Put it into the queue" }).click();

    await page.locator("[data-rollout][data-state=queued]").waitFor();
    await server.api.post(`/api/v1/rollouts/${id}/roll-back`, { reason: "make room" });
    await untilState(server.api, (await rolloutsOf("waits"))[0]?.id ?? "", "running");
  });
});

/** The line of a signal from spans (`errors`, `latency`), once requests arrive for it. */
function arriving(page: Page, signal: string): Locator {
  return page.locator(`[data-testid=signal][data-signal=${signal}]`).filter({ hasText: "requests/s" });
}

async function focused(locator: Locator): Promise<void> {
  await expect.poll(() => locator.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
}

/** By Tab alone, as somebody without a pointer goes there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${target}`);
}
