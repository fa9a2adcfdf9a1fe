import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { JournalEvent } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { createFlag, LONG_STAGES, startRollout } from "./guarded-rollout.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

/** 300 flags are 3 events each, and 301 more with every environment that takes them over: 10,832 in some 330 requests. */
const FLAGS = 300;
const ENVIRONMENTS = 33;
const EVENTS_AT_LEAST = 10_000;
/** What is in sight and a little beyond: a row has some 20 nodes. */
const NODES_MAX = 2_500;

describeInBrowser("the journal", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await createFlag(server.api, "new-checkout", "shop");
    await createFlag(server.api, "fast-search", "search");
    const { id } = await startRollout(server.api, "new-checkout", { stages: LONG_STAGES, reason: "faster checkout" });
    await server.api.post(`/api/v1/rollouts/${id}/roll-back`, { reason: "users CALL us" });
    const off = "/api/v1/environments/production/flags/fast-search/off";
    await server.api.post(off, { reason: "to be safe" });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  journey(
    "is narrowed by kind, actor, subject and reason; the address says it all and gives it back",
    async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/journal" });
      await page.getByTestId("event").first().waitFor();

      await page.getByLabel("Kind").selectOption({ label: "Taken back" });
      await untilTypes(page, ["rollout.rolled-back"]);
      await page.getByLabel("Reason", { exact: true }).fill("call");
      await page.waitForURL(/text=call/);
      await page.reload();

      await untilTypes(page, ["rollout.rolled-back"]);
      expect(await page.getByLabel("Kind").inputValue()).toBe("taken-back");
      await page.getByPlaceholder("Search in reasons").fill("nothing of the kind");
      await page.getByText("Nothing matches").waitFor();
      await page.getByRole("link", { name: "Show everything" }).click();
      await page
        .getByLabel(/^Details of event/)
        .first()
        .waitFor();
      expect(new URL(page.url()).search).not.toContain("text");
    },
  );

  journey("opens an event to what it changed, and leads to all about its subject", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/journal?kind=switched-off" });
    await page.getByLabel(/^Details of event/).click();

    await page.getByTestId("flag-changes").getByText("DISABLED").waitFor();
    await page.getByText("As it is stored").click();
    await page.getByText('"flag.switched-off"').waitFor();
    await page.getByRole("link", { name: "All about fast-search" }).click();

    await page.waitForURL(/about=flag/);
    await page.getByLabel("Kind").selectOption({ label: "Everything" });
    await expect
      .poll(
        async () =>
          new Set(
            await page.getByTestId("event").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-type"))),
          ),
      )
      .toEqual(new Set(["flag.registered", "flag.created", "flag.switched-off"]));
  });

  journey("has an address for each moment, among its neighbours", async ({ open }) => {
    const { items } = await server.api.get<{ items: JournalEvent[] }>("/api/v1/events?type=rollout.rolled-back");
    const seq = items[0]?.seq ?? 0;
    const page = await open(server, { token: ADMIN_TOKEN, path: `/journal?at=${seq}` });

    await page.locator(`[data-seq="${seq}"] [aria-current=true]`).waitFor();
    await page.getByTestId("event-details").waitFor();
    expect(await page.locator(`[data-seq="${seq - 1}"]`).count()).toBe(1);
    expect(await page.locator(`[data-seq="${seq + 1}"]`).count()).toBe(1);
    await page.getByRole("link", { name: "Show the newest" }).click();

    await expect.poll(() => page.locator("[data-moment]").count()).toBe(0);
  });

  journey(
    "shows what happens at once at its top, and only announces it to who reads further down",
    async ({ open }) => {
      for (let index = 0; index < 20; index += 1) await createFlag(server.api, `filler-${index}`);
      const page = await open(server, { token: ADMIN_TOKEN, path: "/journal" });
      await page.locator("[data-state=live]").waitFor();

      await createFlag(server.api, "seen-at-once");
      await page.getByTestId("event").filter({ hasText: "seen-at-once" }).first().waitFor();
      await page.mouse.wheel(0, 1_500);
      await expect.poll(() => page.evaluate("window.scrollY > 500")).toBe(true);
      await createFlag(server.api, "announced");
      await page.getByRole("button", { name: "3 new" }).waitFor();
      expect(await page.getByText("announced").count()).toBe(0);
      await page.getByRole("button", { name: "3 new" }).click();

      await page.getByTestId("event").filter({ hasText: "announced" }).first().waitFor();
      expect(await page.evaluate("window.scrollY")).toBe(0);
    },
  );

  journey("is saved as JSON lines, as it is narrowed", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/journal?kind=taken-back" });
    await page.getByTestId("event").first().waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);

    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(["rollout.rolled-back"]);
  });

  journey("stays light with 10,000 events, down to the first of them", async ({ open }) => {
    await writeManyEvents(server);
    const { items } = await server.api.get<{ items: JournalEvent[] }>("/api/v1/events?order=desc&limit=1");
    expect(items[0]?.seq).toBeGreaterThan(EVENTS_AT_LEAST);
    const openedMs = performance.now();
    const page = await open(server, { token: ADMIN_TOKEN, path: "/journal" });
    await page.getByTestId("event").first().waitFor();
    const shownMs = performance.now() - openedMs;

    let nodesMax = 0;
    let slowestFrameMs = 0;
    const scrolledMs = performance.now();
    while ((await page.locator('[data-seq="1"]').count()) === 0) {
      slowestFrameMs = Math.max(slowestFrameMs, Number(await page.evaluate(SCROLL_TO_END)));
      nodesMax = Math.max(nodesMax, Number(await page.evaluate("document.querySelectorAll('*').length")));
    }
    await page.getByText("That is all.").waitFor();

    expect(nodesMax).toBeLessThan(NODES_MAX);
    // Measured, never judged: a busy machine is no fault of the page.
    console.log(
      `journal of ${items[0]?.seq} events: shown after ${Math.round(shownMs)} ms, read to its first event in ` +
        `${Math.round(performance.now() - scrolledMs)} ms, at most ${nodesMax} nodes, slowest frame ${Math.round(slowestFrameMs)} ms`,
    );
  });

  async function untilTypes(page: Page, types: readonly string[]): Promise<void> {
    await expect
      .poll(() => page.getByTestId("event").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-type"))))
      .toEqual(types);
  }
});

/** Goes to the end of what is loaded, waits for what comes, and answers the slowest frame in milliseconds. */
const SCROLL_TO_END = `new Promise((resolve) => {
  let slowest = 0, before = performance.now(), frames = 0;
  window.scrollTo(0, document.documentElement.scrollHeight);
  const frame = () => {
    const now = performance.now();
    slowest = Math.max(slowest, now - before);
    before = now;
    frames += 1;
    if (frames < 4) requestAnimationFrame(frame);
    else resolve(slowest);
  };
  requestAnimationFrame(frame);
})`;

/** Through the API: each environment that is made takes every flag over, in one write. */
async function writeManyEvents({ api }: ServerProcess): Promise<void> {
  for (let index = 0; index < FLAGS; index += 1) await createFlag(api, `many-${index}`);
  for (let index = 0; index < ENVIRONMENTS; index += 1) {
    await api.post("/api/v1/environments", {
      key: `copy-${index}`,
      name: `Copy ${index}`,
      copyFlagsFrom: "production",
    });
  }
}
