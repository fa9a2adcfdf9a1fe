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
  const markOf = (page: Page, name: RegExp) => timeline(page).locator("svg").getByRole("link", { name });
  const focusedMark = (page: Page) => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");

  journey("shows each rollout as a deployment, what took one back, and how the guard decided", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const marks = timeline(page).getByTestId("guarded-rollout");
    await marks.first().waitFor();
    const { guardDecisions } = await readReport();

    const outcomes = await marks.evaluateAll((each) => each.map((mark) => mark.getAttribute("data-did")));
    const kindOf = (name: RegExp) => markOf(page, name).getByTestId("deployment-mark").getAttribute("data-kind");

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
    const opened: string[] = [];
    const note = async () => {
      await page.waitForURL("**/rollouts/*");
      opened.push(new URL(page.url()).pathname);
      await page.goBack();
      await markOf(page, /^The guard/)
        .first()
        .waitFor();
    };

    for (const flag of ["new-search", "new-basket"]) {
      await markOf(page, new RegExp(`^The guard of ${flag}`)).click();
      await note();
    }
    for (const deployment of [/^new-search → on, /, /^new-basket → on, /, /^new-basket → on taken back, /]) {
      await markOf(page, deployment).click();
      await page.getByRole("dialog").getByRole("link", { name: "Open the rollout" }).click();
      await note();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }

    expect(opened).toEqual([completed, takenBack, completed, takenBack, takenBack].map((id) => `/rollouts/${id}`));
  });

  // Goal: the keyboard gets to everything that is drawn, and past it in one step.
  journey("is one stop of the keyboard, whose marks are met in the order of time", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const press = async (key: string) => {
      await page.keyboard.press(key);
      return focusedMark(page);
    };
    await markOf(page, /^The guard/)
      .first()
      .waitFor();
    const names = await markOf(page, /./).evaluateAll((each) => each.map((mark) => mark.getAttribute("aria-label")));

    await timeline(page)
      .getByRole("link", { name: /decisions of the guard$/ })
      .focus();
    const met = [await press("Tab")];
    while (met.length < names.length) met.push(await press("ArrowRight"));
    const [beyond, home, end, past] = [
      await press("ArrowRight"),
      await press("Home"),
      await press("End"),
      await press("Tab"),
    ];

    const times = met.map((name) => Date.parse(/[A-Z][a-z]{2} \d+, \d{4}, .*$/.exec(name)?.[0] ?? ""));
    expect(met.toSorted()).toEqual(names.toSorted());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect([beyond, home, end]).toEqual([met.at(-1), met[0], met.at(-1)]);
    expect(met).not.toContain(past);
  });

  journey("tells the mark that has the focus, opens it by a key, and gives the focus back", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=shop" });
    const takenBackText = /^new-basket → on taken back, took back/;
    await markOf(page, takenBackText).waitFor();
    const count = await markOf(page, /./).count();
    const pressUntil = async (key: string, text: RegExp) => {
      for (let steps = 0; steps < count && !text.test(await focusedMark(page)); steps += 1)
        await page.keyboard.press(key);
      expect(await focusedMark(page)).toMatch(text);
    };

    await markOf(page, takenBackText).focus();
    await page.keyboard.press("End");
    await pressUntil("ArrowLeft", takenBackText);
    await page.getByTestId("mark-hint").getByText("new-basket → on taken back, took back").waitFor();
    for (const key of ["Enter", "Space"]) {
      await page.keyboard.press(key);
      await page.getByRole("dialog").getByRole("link", { name: "Open the rollout" }).waitFor();
      expect(await page.getByTestId("mark-hint").count()).toBe(0);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await expect.poll(() => focusedMark(page)).toMatch(takenBackText);
    }
    // Past the incidents, to what the guard decided.
    await pressUntil("ArrowDown", /^The guard of/);
    await page.keyboard.press("Enter");

    await page.waitForURL("**/rollouts/*");
  });

  journey("lists the guard's decisions, each with a link to its rollout", async ({ open }) => {
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
  });
});
