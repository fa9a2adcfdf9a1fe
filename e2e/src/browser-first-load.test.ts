import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { describeInBrowser, launchBrowser, withWindows } from "./browser.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, startRollout, untilJudged } from "./guarded-rollout.ts";
import { type Load, startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

/** What a first visit may fetch as scripts, in gzip: a second on a slow phone line. */
const FIRST_LOAD_SCRIPT_BYTES_MAX = 250_000;
const ROLLOUTS_AT_ONCE = 10;
const LOOKED_ON_MS = 5_000;

const untilShown = (testId: string) => (page: Page) => page.getByTestId(testId).first().waitFor();
const untilTitled = (page: Page) => page.getByRole("heading", { level: 1 }).waitFor();

const FIRST_VISITS = [
  { path: "/sign-in", token: undefined, ready: untilTitled },
  { path: "/", token: ADMIN_TOKEN, ready: untilShown("evidence") },
  { path: "/flags", token: ADMIN_TOKEN, ready: untilShown("flag-row") },
  { path: "/journal", token: ADMIN_TOKEN, ready: untilShown("event") },
  { path: "/rollouts/new", token: ADMIN_TOKEN, ready: untilTitled },
  { path: "/settings/about", token: ADMIN_TOKEN, ready: untilTitled },
] as const;

describeInBrowser("the dashboard's first load", () => {
  let browser: Browser;
  let server: ServerProcess;
  const loads: Load[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await createFlag(server.api, "in-flight", "shop");
    loads.push(await startTelemetryLoad(server.api, { flag: "in-flight", requestsPerSecond: 200 }));
    const { id } = await startRollout(server.api, "in-flight", { stages: LONG_STAGES });
    await untilJudged(server.api, id);
  });

  afterAll(async () => {
    await browser?.close();
    for (const load of loads) await load.stop();
    await server?.stop();
  });

  for (const { path, token, ready } of FIRST_VISITS) {
    it(`fetches little for ${path}, compressed`, () =>
      withWindows(browser, async ({ open }) => {
        const page = await open(server, { path: "about:blank", ...(token === undefined ? {} : { token }) });
        const scripts = await watchScripts(page);

        await page.goto(path);
        await ready(page);

        const assets = scripts().filter(({ url }) => url.includes("/assets/"));
        const brotli = scripts().reduce((sum, script) => sum + script.bytes, 0);
        const gzip = await gzipBytes(scripts().map(({ url }) => url));
        console.info(`${path}: ${kilobytes(gzip)} of JavaScript in gzip, ${kilobytes(brotli)} as sent, in brotli`);
        expect(new Set(assets.map(({ encoding }) => encoding))).toEqual(new Set(["br"]));
        expect(brotli).toBeGreaterThan(10_000);
        expect(gzip).toBeLessThanOrEqual(FIRST_LOAD_SCRIPT_BYTES_MAX);
      }));
  }

  // The time is told, and no machine fails for being slow: the target is a second on loopback.
  it("tells how soon the page can be used, and how smoothly ten rollouts move", () =>
    withWindows(browser, async ({ open }) => {
      const page = await open(server, { path: "about:blank", token: ADMIN_TOKEN });
      await page.addInitScript(NOTE_WHEN_USABLE);
      await page.goto("/");
      const readyMs = await eventually("the page to be usable", () =>
        page.evaluate<number | undefined>("window.usableAtMs"),
      );
      await startMore(server, loads);
      await eventually("all of them to be judged", async () =>
        (await page.getByTestId("evidence").count()) === ROLLOUTS_AT_ONCE ? true : undefined,
      );

      const { frames, longestMs, longTasks } = await page.evaluate<Smoothness>(MEASURE_FRAMES);

      console.info(`usable after ${Math.round(readyMs)} ms; with ${ROLLOUTS_AT_ONCE} rollouts ${frames} frames in`);
      console.info(`${LOOKED_ON_MS} ms, the longest ${Math.round(longestMs)} ms, ${longTasks} tasks above 50 ms`);
      expect(readyMs).toBeGreaterThan(0);
      expect(frames).toBeGreaterThan(0);
    }));
});

async function startMore(server: ServerProcess, loads: Load[]): Promise<void> {
  for (let index = 1; index < ROLLOUTS_AT_ONCE; index += 1) {
    const flag = `flag-${index}`;
    await createFlag(server.api, flag, flag);
    const load = await startTelemetryLoad(server.api, { flag, service: flag, requestsPerSecond: 50 });
    loads.push(load);
    await startRollout(server.api, flag, { stages: LONG_STAGES });
  }
  onTestFinished(async () => {
    for (const load of loads.splice(1)) await load.stop();
  });
}

/** Usable: the rollout and its buttons stand there. */
const NOTE_WHEN_USABLE = `new MutationObserver((_changes, observer) => {
  if (!document.querySelector("[data-action='roll-back']")) return;
  window.usableAtMs = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

type Smoothness = { readonly frames: number; readonly longestMs: number; readonly longTasks: number };

const MEASURE_FRAMES = `new Promise((resolve) => {
  let frames = 0, longestMs = 0, longTasks = 0;
  new PerformanceObserver((list) => { longTasks += list.getEntries().length; }).observe({ type: "longtask" });
  const startedAt = performance.now();
  let before = startedAt;
  requestAnimationFrame(function frame(now) {
    frames += 1;
    longestMs = Math.max(longestMs, now - before);
    before = now;
    if (now - startedAt < ${LOOKED_ON_MS}) requestAnimationFrame(frame);
    else resolve({ frames, longestMs, longTasks });
  });
})`;

type FetchedScript = { readonly url: string; readonly encoding: string | undefined; bytes: number };

/** Notes what the page fetches as scripts from now on, as if for the first time; bytes as they came over the wire. */
async function watchScripts(page: Page): Promise<() => readonly FetchedScript[]> {
  const scripts = new Map<string, FetchedScript>();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setCacheDisabled", { cacheDisabled: true });
  network.on("Network.responseReceived", ({ requestId, response, type }) => {
    const encoding = response.headers["content-encoding"];
    if (type === "Script") scripts.set(requestId, { url: response.url, encoding, bytes: 0 });
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const script = scripts.get(requestId);
    if (script) script.bytes = encodedDataLength;
  });
  return () => [...scripts.values()];
}

/** What the same scripts are in gzip, which the budget is given in: every browser takes it. */
async function gzipBytes(urls: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    urls.map(async (url) => {
      const answer = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "gzip" } });
      return Number(answer.headers.get("content-length"));
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
