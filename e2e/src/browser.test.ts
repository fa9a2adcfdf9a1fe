import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { createToken } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { startScript } from "./child-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, readRollout, startRollout, untilJudged, untilState } from "./guarded-rollout.ts";
import { type Behaviour, startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, SERVER_MAIN, type ServerProcess, startServer } from "./server-process.ts";

describeInBrowser("the dashboard", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A test in windows; it fails when a page reports an error. */
  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  /** A flag whose service has users until the test ends. */
  async function flagUnderLoad(key: string, behaviour: Readonly<Record<string, Behaviour>> = {}) {
    const service = `service-of-${key}`;
    await createFlag(server.api, key, service);
    const load = await startTelemetryLoad(server.api, { flag: key, service, behaviour });
    onTestFinished(load.stop);
    return load;
  }

  journey(
    "lets nobody in with a wrong token and says what to do; with the right one it opens what was asked for",
    async ({ open }) => {
      const page = await open(server, { path: "/journal", expectedFaults: [/401 .*\/api\/v1\/session$/] });
      const field = page.getByLabel("Token", { exact: true });

      await field.fill("not-a-token");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("The server does not know this token").waitFor();
      await field.fill(ADMIN_TOKEN);
      await page.getByRole("button", { name: "Sign in" }).click();

      await page.getByRole("heading", { level: 1, name: "Journal" }).waitFor();
      expect(new URL(page.url()).pathname).toBe("/journal");
      expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, sameSite: "Strict" }]);
    },
  );

  journey("signs out for good", async ({ open }) => {
    // A stream that is just being opened may meet the end of its session.
    const expectedFaults = [/401 .*\/api\/v1\/events\/stream$/];
    const page = await open(server, { token: ADMIN_TOKEN, path: "/flags", expectedFaults });
    const [session] = await page.context().cookies();

    await page.getByRole("button", { name: "Account and appearance" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token", { exact: true }).waitFor();
    await page.goBack();
    await page.getByLabel("Token", { exact: true }).waitFor();

    const replayed = await fetch(`${server.url}/api/v1/me`, {
      headers: { cookie: `${session?.name}=${session?.value}` },
    });
    expect(replayed.status).toBe(401);
  });

  journey("says on an empty server what to do next; doing it puts the rollout on the open page", async ({ open }) => {
    const empty = await startServer();
    const config = await mkdtemp(join(tmpdir(), "steadfast-cli-"));
    try {
      const page = await open(empty, { token: ADMIN_TOKEN });
      const lines = await page.getByTestId("empty-state").getByTestId("command-lines").textContent();

      for (const line of lines?.trim().split("\n") ?? []) {
        const [program, ...args] = wordsOf(line);
        expect(program).toBe("steadfast");
        const env = { STEADFAST_TOKEN: ADMIN_TOKEN, XDG_CONFIG_HOME: config };
        const child = startScript(SERVER_MAIN, args, { env });
        expect(await child.exited, child.log()).toMatchObject({ code: 0 });
      }

      await cardOf(page, "new-checkout", "running").waitFor();
      await page.close();
    } finally {
      await empty.stop();
      await rm(config, { recursive: true, force: true });
    }
  });

  journey("shows a rollout as it starts, grows and completes, without a reload", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN });
    const loads = countLoads(page);
    await flagUnderLoad("grows", { off: { failureRate: 0.02 }, on: { failureRate: 0.02 } });

    const { id } = await startRollout(server.api, "grows");
    const shares: number[] = [];
    const evidence = new Set<string>();
    await cardOf(page, "grows").waitFor();
    await eventually("the rollout to be shown as completed", async () => {
      const share = Number.parseFloat((await cardOf(page, "grows").getByTestId("share").textContent()) ?? "");
      if (share !== shares.at(-1)) shares.push(share);
      evidence.add((await cardOf(page, "grows").getByTestId("evidence").textContent()) ?? "");
      return (await cardOf(page, "grows", "completed").count()) > 0 || undefined;
    });

    expect((await readRollout(server.api, id)).state).toBe("completed");
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(evidence.size).toBeGreaterThan(1);
    expect(loads()).toBe(0);
  });

  journey("shows how a bad candidate is taken back, and why, before one's eyes", async ({ open }) => {
    const load = await flagUnderLoad("hurts");
    const { id } = await startRollout(server.api, "hurts", { stages: LONG_STAGES });
    await untilJudged(server.api, id);
    const page = await open(server, { token: ADMIN_TOKEN, path: `/rollouts/${id}` });
    const loads = countLoads(page);
    await page.locator("[data-rollout][data-state=running]").waitFor();

    load.setBehaviour("on", { failureRate: 0.5 });

    await page.locator("[data-rollout][data-state=rolled-back]").waitFor();
    const { endReason } = await untilState(server.api, id, "rolled-back");
    expect((await page.getByTestId("sentence").textContent())?.trim()).toBe(endReason);
    await page.locator("[data-testid=decision][data-verdict=roll-back]").waitFor();
    expect(await page.getByRole("button", { name: "Roll back hurts" }).count()).toBe(0);
    expect(loads()).toBe(0);
    await page.getByRole("link", { name: "Now in production" }).click();
    await page.getByTestId("ended-rollout").filter({ hasText: "hurts" }).waitFor();
  });

  journey("rolls back for a person who says why; another window sees it", async ({ open }) => {
    await flagUnderLoad("by-hand");
    const { id } = await startRollout(server.api, "by-hand", { stages: LONG_STAGES });
    const mine = await open(server, { token: ADMIN_TOKEN });
    const theirs = await open(server, { token: ADMIN_TOKEN });
    await cardOf(theirs, "by-hand", "running").waitFor();

    await mine.getByRole("button", { name: "Roll back by-hand" }).click();
    const dialog = mine.getByRole("dialog");
    await dialog.getByRole("button", { name: "Roll back" }).click();
    await dialog.getByText("Say why").waitFor();
    await dialog.getByLabel("Reason").fill("users call us");
    await dialog.getByRole("button", { name: "Roll back" }).click();

    const rolledBack = await untilState(server.api, id, "rolled-back");
    expect(rolledBack.endReason).toContain("users call us");
    expect(rolledBack.endedBy?.kind).not.toBe("system");
    for (const page of [mine, theirs]) {
      await page
        .getByTestId("ended-rollout")
        .filter({ hasText: "by-hand" })
        .filter({ hasText: "users call us" })
        .waitFor();
    }
  });

  journey("rolls back by the keyboard alone", async ({ open }) => {
    await flagUnderLoad("by-keys");
    const { id } = await startRollout(server.api, "by-keys", { stages: LONG_STAGES });
    const page = await open(server, { token: ADMIN_TOKEN, path: `/rollouts/${id}` });
    await page.getByRole("button", { name: "Roll back by-keys" }).waitFor();

    await page.keyboard.press("Alt+r");
    await page.getByRole("dialog").getByLabel("Reason").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("typed it");
    await page.keyboard.press("Enter");

    expect((await untilState(server.api, id, "rolled-back")).endReason).toContain("typed it");
    await page.locator("[data-rollout][data-state=rolled-back]").waitFor();
  });

  journey("pauses in one window and resumes in another", async ({ open }) => {
    await flagUnderLoad("two-windows");
    await startRollout(server.api, "two-windows", { stages: LONG_STAGES });
    const [first, second] = [
      await open(server, { token: ADMIN_TOKEN }),
      await open(server, { token: ADMIN_TOKEN, colorScheme: "dark" }),
    ];

    await act(first, "Pause", "two-windows");
    await cardOf(second, "two-windows", "paused").waitFor();
    await act(second, "Resume", "two-windows");

    await cardOf(first, "two-windows", "running").waitFor();
    await act(first, "Roll back", "two-windows");
  });

  journey(
    "says that the connection is gone when the server is killed, and shows what is true once it is back",
    async ({ open }) => {
      const dataDir = await mkdtemp(join(tmpdir(), "steadfast-killed-"));
      const before = await startServer({ dataDir });
      let after: ServerProcess | undefined;
      try {
        await createFlag(before.api, "survives");
        const { id } = await startRollout(before.api, "survives", { stages: LONG_STAGES });
        const page = await open(before, { token: ADMIN_TOKEN, expectedFaults: [/net::ERR_/] });
        const freshness = (state: string) => page.locator(`[data-testid=freshness][data-state=${state}]`).waitFor();
        await cardOf(page, "survives", "running").waitFor();
        await freshness("live");

        await before.kill("SIGKILL");
        await freshness("reconnecting");
        after = await startServer({ dataDir, port: before.port });
        await after.api.post(`/api/v1/rollouts/${id}/pause`, { reason: "after the restart" });

        await cardOf(page, "survives", "paused").waitFor();
        await freshness("live");
      } finally {
        await before.kill("SIGKILL");
        await after?.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  );

  journey("shows everything to a viewer, and tells why a viewer may not roll back", async ({ open }) => {
    const { token } = await createToken(server.api, "viewer", null);
    await createFlag(server.api, "looked-at");
    const { id } = await startRollout(server.api, "looked-at", { stages: LONG_STAGES });
    const page = await open(server, { token });
    await cardOf(page, "looked-at", "running").waitFor();
    const button = page.getByRole("button", { name: "Roll back looked-at" });

    await button.focus();
    await page.getByRole("tooltip").getByText("has the role viewer").waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Alt+r");

    expect(await button.getAttribute("aria-disabled")).toBe("true");
    expect(await page.getByRole("dialog").count()).toBe(0);
    const path = `/api/v1/rollouts/${id}/roll-back`;
    expect(await server.api.as(token).refused("POST", path, { reason: "let me" })).toMatchObject({ status: 403 });
    await page.getByRole("link", { name: "Flags" }).click();
    await page.locator("[data-testid=flag-row][data-flag=looked-at]").waitFor();
    await page.getByRole("link", { name: "Journal" }).click();
    await page.getByTestId("event").first().waitFor();
    await server.api.post(path, { reason: "looked at" });
  });
});

/** The card of a flag's rollout, in a state when one is named. */
function cardOf(page: Page, flag: string, state?: string) {
  const card = page.getByRole("article", { name: `Rollout of ${flag}`, exact: true });
  return state === undefined ? card : card.and(page.locator(`[data-state=${state}]`));
}

/** Presses an action's button and gives a reason. */
async function act(page: Page, action: string, flag: string): Promise<void> {
  await page.getByRole("button", { name: `${action} ${flag}`, exact: true }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill(`${action} it`);
  await page.getByRole("dialog").getByRole("button", { name: action }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** How often a page was loaded anew since. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  return () => loads;
}

/** The words of a command line; double quotes hold some together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
