import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { tellQuarter } from "./delivery-quarter.ts";
import { createFlag, LONG_STAGES, startRollout, untilState } from "./guarded-rollout.ts";
import { type Load, startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

type Report = { readonly guardDecisions: readonly { readonly rolloutId: string }[] };

/** A good candidate that reached everybody, and a broken one that the guard took back, both of flags of the service that the page is of. */
describeInBrowser("the Delivery page's timeline", () => {
  let browser: Browser;
  let server: ServerProcess;
  const loads: Load[] = [];
  let completed = "";
  let takenBack = "";

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await tellQuarter(server.api, "shop", Math.floor(Date.now() / 43_200_000) * 43_200_000);
    [completed, takenBack] = await Promise.all([rollOut("new-search", 0), rollOut("new-basket", 0.6)]);
    await Promise.all([
      untilState(server.api, completed, "completed"),
      untilState(server.api, takenBack, "rolled-back"),
    ]);
  }, 300_000);

  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await browser?.close();
    await server?.stop();
  });

  async function rollOut(flag: string, failureRate: number): Promise<string> {
    await createFlag(server.api, flag, "shop");
    loads.push(await startTelemetryLoad(server.api, { flag, service: "shop", behaviour: { on: { failureRate } } }));
    // A broken candidate never leaves its first stage, however slow the guard is.
    const { id } = await startRollout(server.api, flag, failureRate > 0 ? { stages: LONG_STAGES } : {});
    return id;
  }

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  const readReport = () => server.api.get<Report>("/api/v1/services/shop/delivery");
  const timeline = (page: Page) => page.getByRole("figure", { name: /^Deployments/ });

  journey("shows each rollout as a deployment, what took one back, and how the guard decided", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const marks = timeline(page).getByTestId("guarded-rollout");
    await marks.first().waitFor();
    const { guardDecisions } = await readReport();

    const outcomes = await marks.evaluateAll((each) => each.map((mark) => mark.getAttribute("data-did")));
    const kindOf = (name: RegExp) =>
      timeline(page).getByTestId("deployment-mark").filter({ hasText: name }).getAttribute("data-kind");

    expect(outcomes.toSorted()).toEqual(["completed", "rolled back"]);
    expect(await kindOf(/^new-search → on, a flag's rollout/)).toBe("flag");
    expect(await kindOf(/^new-basket → on, failed/)).toBe("failed");
    expect(await kindOf(/^new-basket → on taken back, took back/)).toBe("rollback");
    await timeline(page).getByText(`${guardDecisions.length} decisions of the guard`).waitFor();
    await timeline(page).getByText("the guard completed it").waitFor();
  });

  // Goal: two rollouts of one minute are two marks, each of which can be hit.
  journey("leads from every mark of a rollout to the rollout", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const markOf = (name: RegExp) =>
      timeline(page).locator("[data-testid=guarded-rollout],[data-testid=deployment-mark]").filter({ hasText: name });
    const opened: string[] = [];
    const note = async () => {
      await page.waitForURL("**/rollouts/*");
      opened.push(new URL(page.url()).pathname);
      await page.goBack();
      await markOf(/^The guard/)
        .first()
        .waitFor();
    };

    for (const flag of ["new-search", "new-basket"]) {
      await markOf(new RegExp(`^The guard of ${flag}`)).click();
      await note();
    }
    for (const deployment of [/^new-search → on, /, /^new-basket → on, /, /^new-basket → on taken back, /]) {
      await markOf(deployment).click();
      await page.getByRole("dialog").getByRole("link", { name: "Open the rollout" }).click();
      await note();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }

    expect(opened).toEqual([completed, takenBack, completed, takenBack, takenBack].map((id) => `/rollouts/${id}`));
  });

  journey(
    "lists the guard's decisions for those who do not use a mouse, each with a link to its rollout",
    async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
      const { guardDecisions } = await readReport();

      await timeline(page)
        .getByRole("link", { name: /decisions of the guard$/ })
        .focus();
      await page.keyboard.press("Enter");
      const table = page.getByRole("dialog").getByRole("region", { name: "Decisions of the guard" });
      await table.waitFor();
      const links = await table.getByRole("link").evaluateAll((each) => each.map((link) => link.getAttribute("href")));
      await table.getByRole("link", { name: "new-basket" }).click();

      await page.locator("[data-rollout][data-state=rolled-back]").waitFor();
      expect(links.map((href) => /rol_\w+/.exec(href ?? "")?.[0])).toEqual(
        guardDecisions.map(({ rolloutId }) => rolloutId).toReversed(),
      );
    },
  );
});
