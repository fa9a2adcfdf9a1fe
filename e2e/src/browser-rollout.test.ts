import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser, CDPSession, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { eventually } from "./eventually.ts";
import { createFlag, startRollout, untilJudged, untilState } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";
import { startShop } from "./shop-process.ts";

/** A tenth of the users at once, and nothing that passes by itself while a test looks on. */
const STAGES = [
  { share: 0.1, catches: { failureRate: 0.2 }, minSeconds: 3_600 },
  { share: 1, minSeconds: 3_600 },
];

describeInBrowser("a rollout's page", () => {
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

  /** A rollout of a flag whose service has users until the test ends. */
  async function rolloutUnderLoad(flag: string, requestsPerSecond = 400): Promise<string> {
    await createFlag(server.api, flag, `service-of-${flag}`);
    const load = await startTelemetryLoad(server.api, { flag, service: `service-of-${flag}`, requestsPerSecond });
    onTestFinished(load.stop);
    const { id } = await startRollout(server.api, flag, { stages: STAGES });
    await untilJudged(server.api, id);
    return id;
  }

  const openRollout = (open: Windows["open"], id: string, query = "") =>
    open(server, { token: ADMIN_TOKEN, path: `/rollouts/${id}${query}` });

  journey("draws a real shop live, and how a bad candidate is taken back before one's eyes", async ({ open }) => {
    const shop = await startShop(server.api);
    onTestFinished(async () => void (await shop.stop()));
    await createFlag(server.api, "new-checkout", "shop");
    const { id } = await startRollout(server.api, "new-checkout", { stages: STAGES });
    await untilJudged(server.api, id);
    const page = await openRollout(open, id);
    await untilDrawn(page, 3);
    const drawn = await pointsOf(page);
    await untilDrawn(page, drawn + 3);

    await shop.setFault({ flag: "new-checkout", failureRate: 0.6 });

    await page.locator("[data-rollout][data-state=rolled-back]").waitFor();
    await page.getByRole("img", { name: /^Evidence over time: .* at most (more than )?[\d,]{5,} : 1/ }).waitFor();
    await page.getByTestId("decision").filter({ hasText: "Rolled back." }).waitFor();
    expect(await page.getByTestId("chart").count()).toBe(5);
    expect((await untilState(server.api, id, "rolled-back")).endedBy?.kind).toBe("system");
  });

  journey("keeps a person's word in the log: who rolled back, and why", async ({ open }) => {
    const id = await rolloutUnderLoad("by-a-person");
    const page = await openRollout(open, id);

    await page.getByRole("button", { name: "Roll back by-a-person" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("users call us");
    await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();

    const entry = page.getByTestId("log-event").filter({ hasText: "users call us" });
    await entry.getByText("Rolled back", { exact: true }).waitFor();
    await entry.getByText("first admin").waitFor();
  });

  journey("shows a span that was dragged over in all charts, in the address, and after a reload", async ({ open }) => {
    const id = await rolloutUnderLoad("looked-at-closely");
    const page = await openRollout(open, id);
    await untilDrawn(page, 8);

    await drag(page, 0.75, 0.98);
    await page.getByTestId("reset-range").waitFor();
    const { searchParams } = new URL(page.url());
    const seconds = Number(searchParams.get("to")) - Number(searchParams.get("from"));
    await page.reload();

    await page.getByTestId("reset-range").waitFor();
    await untilDrawn(page, 1);
    expect(seconds).toBeGreaterThan(0);
    await page.locator(".u-over").first().dblclick();
    await page.getByTestId("reset-range").waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.has("from")).toBe(false);
  });

  journey("shows a span that was chosen with the keyboard, and the whole again by Escape", async ({ open }) => {
    const id = await rolloutUnderLoad("looked-at-by-keyboard");
    const page = await openRollout(open, id);
    await untilDrawn(page, 8);
    const [from, to] = [page.getByRole("slider", { name: "From" }), page.getByRole("slider", { name: "To" })];
    const momentOf = async (slider: Locator) => Number(await slider.getAttribute("aria-valuenow"));
    const inAddress = (name: string) => Number(new URL(page.url()).searchParams.get(name));
    const start = await momentOf(from);

    await from.focus();
    const scrolled = await page.evaluate("window.scrollY");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.getByTestId("reset-range").waitFor();
    const moved = await momentOf(from);
    const scrolledAfter = await page.evaluate("window.scrollY");
    const movedInAddress = inAddress("from");
    const spoken = await from.getAttribute("aria-valuetext");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Home");
    await eventually("the end in the address", async () => inAddress("to") === moved + 1 || undefined);
    const end = await momentOf(to);
    await page.keyboard.press("Escape");
    await page.getByTestId("reset-range").waitFor({ state: "detached" });

    expect(moved).toBeGreaterThan(start);
    expect(scrolledAfter).toBe(scrolled);
    expect(movedInAddress).toBe(moved);
    expect(spoken).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(end).toBe(moved + 1);
    expect(await momentOf(from)).toBe(start);
    expect(new URL(page.url()).searchParams.has("from")).toBe(false);
  });

  journey("shows a span that a finger was drawn over, and lets it move either end", async ({ open }) => {
    const id = await rolloutUnderLoad("looked-at-by-finger");
    const page = await openRollout(open, id);
    await untilDrawn(page, 8);
    const bar = page.getByTestId("span-brush");
    const spanInAddress = () => ["from", "to"].map((name) => Number(new URL(page.url()).searchParams.get(name)));

    await drawFinger(page, bar, 0.3, 0.7);
    await page.getByTestId("reset-range").waitFor();
    const [from = 0, to = 0] = spanInAddress();
    const shown = await page.getByRole("slider", { name: "To" }).boundingBox();
    const box = await bar.boundingBox();
    const handle = ((shown?.x ?? 0) + (shown?.width ?? 0) / 2 - (box?.x ?? 0)) / (box?.width ?? 1);
    await drawFinger(page, bar, handle, handle - 0.15);
    await eventually("the end to have moved", async () => (spanInAddress()[1] ?? to) < to || undefined);

    expect(to).toBeGreaterThan(from);
    expect(spanInAddress()[0]).toBe(from);
  });

  journey("stands still while it is paused, says for how long, and catches up", async ({ open }) => {
    const id = await rolloutUnderLoad("stands-still");
    const page = await openRollout(open, id);
    await untilDrawn(page, 3);

    await page.getByTestId("freeze-view").click();
    const frozen = await pointsOf(page);
    const { decision } = await untilJudged(server.api, id);
    await eventually("five more judged seconds", async () => {
      const now = await untilJudged(server.api, id);
      return (now.decision?.tick ?? 0) >= (decision?.tick ?? 0) + 5 || undefined;
    });

    expect(await pointsOf(page)).toBe(frozen);
    await page.getByText(/View paused .* ago · resume/).click();
    await untilDrawn(page, frozen + 5);
  });

  journey("opens the counts that a decision was made on; a link leads there", async ({ open }) => {
    const id = await rolloutUnderLoad("explained");
    const page = await openRollout(open, id);
    const decision = page.getByTestId("decision").last();

    await decision.getByRole("button", { name: /Counts it was made on/ }).click();
    await decision
      .getByTestId("decision-counts")
      .getByRole("rowheader", { name: /^errors/ })
      .waitFor();
    await decision.getByRole("link", { name: /^Link to the entry/ }).click();
    await page.waitForURL(/entry=\d+/);
    await page.reload();

    await page.locator("[data-linked]").getByTestId("decision-counts").waitFor();
  });

  journey("shows every chart as a table to those who ask", async ({ open }) => {
    const id = await rolloutUnderLoad("in-figures");
    const page = await openRollout(open, id);
    await untilDrawn(page, 3);

    await page.getByRole("button", { name: "Show as table: Failure rate" }).click();

    const table = page.getByRole("region", { name: "Failure rate, as table" });
    expect(await table.getByRole("columnheader").allTextContents()).toEqual([
      "Time",
      "off (baseline)",
      "on (candidate)",
    ]);
    expect(await table.getByRole("row").count()).toBeGreaterThan(3);
  });

  journey("tells the story of an ended rollout without what is live, and prints it", async ({ open }) => {
    const id = await rolloutUnderLoad("a-story");
    await eventually("some judged seconds", async () => {
      const { decision } = await untilJudged(server.api, id);
      return (decision?.tick ?? 0) >= 5 || undefined;
    });
    await server.api.post(`/api/v1/rollouts/${id}/roll-back`, { reason: "seen enough" });
    const page = await openRollout(open, id);
    await untilDrawn(page, 5);

    for (const live of ["freshness", "freeze-view"]) expect(await page.getByTestId(live).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Roll back a-story" }).count()).toBe(0);
    await page
      .getByTestId("stages")
      .getByRole("row", { name: /ended here/ })
      .waitFor();
    expect((await page.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "print" });
    await page.getByText(/^ From .* to /).waitFor();
    expect(await page.getByRole("navigation", { name: "Pages" }).filter({ visible: true }).count()).toBe(0);
  });

  journey("says so when the guard cannot judge a rollout, and that a person must decide", async ({ open }) => {
    const dataDir = await mkdtemp(join(tmpdir(), "steadfast-unjudged-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const before = await startServer({ dataDir });
    await createFlag(before.api, "unjudged");
    const { id } = await startRollout(before.api, "unjudged", { stages: STAGES });
    await untilJudged(before.api, id);
    await before.kill("SIGKILL");
    const store = new DatabaseSync(join(dataDir, "steadfast.sqlite"));
    store.exec("update rollout_checkpoint set state = '{}'");
    store.close();

    const after = await startServer({ dataDir });
    onTestFinished(async () => void (await after.stop()));
    const page = await open(after, { token: ADMIN_TOKEN, path: `/rollouts/${id}` });

    await page.locator("[data-notice=fault]").getByText("The guard cannot judge this rollout").waitFor();
    expect(await page.getByRole("button", { name: "Roll back unjudged" }).isEnabled()).toBe(true);
  });

  journey("stays calm with ten rollouts in flight (measured and printed)", async ({ open }) => {
    const flags = Array.from({ length: 10 }, (_, index) => `one-of-ten-${index}`);
    const ids: string[] = [];
    for (const flag of flags) ids.push(await rolloutUnderLoad(flag, 50));
    const page = await openRollout(open, ids[0] ?? "");
    await untilDrawn(page, 5);
    const session = await page.context().newCDPSession(page);
    // The time that the thread itself ran: others use this machine, too.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });

    const before = { points: await pointsOf(page), ...(await workOf(session)) };
    await untilDrawn(page, before.points + 15);
    const seconds = (await pointsOf(page)) - before.points;
    const after = await workOf(session);

    const spentMs = after.busyMs - before.busyMs;
    const updates = after.layouts - before.layouts;
    console.log(
      `main thread: ${(spentMs / updates).toFixed(1)} ms for each of ${updates} updates, ` +
        `${(spentMs / seconds).toFixed(1)} ms for each of ${seconds} judged seconds`,
    );
    expect(seconds).toBeGreaterThanOrEqual(15);
  });
});

/** Points of the first chart: the evidence. */
async function pointsOf(page: Page): Promise<number> {
  return Number(await page.getByTestId("chart").first().getAttribute("data-points"));
}

async function untilDrawn(page: Page, points: number): Promise<void> {
  await page.getByTestId("chart").first().waitFor();
  await eventually(`${points} points`, async () => (await pointsOf(page)) >= points || undefined);
}

/** Drags over the first chart, from one part of its width to another. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const plot = page.locator(".u-over").first();
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  if (!box) throw new Error("there is no chart to drag over");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}

/** A finger that touches a box at one part of its width and is lifted at another one. */
async function drawFinger(page: Page, box: Locator, from: number, to: number): Promise<void> {
  await box.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", part: number) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: x + width * part, y: y + height / 2 }],
    });
  await touch("touchStart", from);
  for (const part of [0.25, 0.5, 0.75, 1]) await touch("touchMove", from + (to - from) * part);
  await touch("touchEnd", to);
  await session.detach();
}

/** What the page's main thread has worked so far, and how often the page was laid out anew: once for each update. */
async function workOf(session: CDPSession): Promise<{ readonly busyMs: number; readonly layouts: number }> {
  const { metrics } = await session.send("Performance.getMetrics");
  const read = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { busyMs: read("TaskDuration") * 1_000, layouts: read("LayoutCount") };
}
