import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ServerProcess } from "./server-process.ts";

/** A Chromium's names on the PATH, and where it lies on a Mac; CHROMIUM_PATH counts over them. */
const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_ON_MAC = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const DASHBOARD = new URL("../../packages/web/dist/index.html", import.meta.url);

const LAUNCH_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Generous: a slow machine is no failure. */
const ACTION_TIMEOUT_MS = 60_000;
const PAGE_TEXT_TIMEOUT_MS = 5_000;
/** Some five screens of text. */
const PAGE_TEXT_MAX = 6_000;
/** The size of a laptop's window. */
const VIEWPORT = { width: 1440, height: 900 };
/** A page that nobody is signed in on asks who it is, and is told: nobody. */
const WHO_AM_I_REFUSED = /401 \(Unauthorized\).*\/api\/v1\/me$/;

/** The system's Chromium; `undefined`: there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const folders = (env.PATH ?? "").split(delimiter);
  const onPath = CHROMIUM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...CHROMIUM_ON_MAC].find((path) => existsSync(path));
}

/** Starts the system's Chromium with a fresh profile. @throws {Error} that says what is missing */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (!executablePath) throw new Error("there is no Chromium: install one, or name it by CHROMIUM_PATH");
  if (!existsSync(DASHBOARD)) {
    throw new Error(`the dashboard is not built (${fileURLToPath(DASHBOARD)}): run node scripts/run.mjs --prepare`);
  }
  return chromium.launch({ executablePath, args: LAUNCH_FLAGS });
}

/** `describe`, left out where there is no browser, unless STEADFAST_REQUIRE_BROWSER=1: then it fails. */
export function describeInBrowser(title: string, body: () => void): void {
  if (findChromium(process.env)) {
    describe(title, body);
  } else if (process.env.STEADFAST_REQUIRE_BROWSER === "1") {
    it(`${title}: needs a browser`, () => expect.fail("STEADFAST_REQUIRE_BROWSER=1, but there is no Chromium"));
  } else {
    describe.skipIf(true)(`${title} (left out: no Chromium; name one by CHROMIUM_PATH)`, body);
  }
}

export type WindowOptions = {
  /** Signs in with it, past the form; without one nobody is signed in. */
  readonly token?: string;
  /** Below the server's address; default `/`. */
  readonly path?: string;
  readonly colorScheme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Faults that belong to the journey, as `message @ address`. */
  readonly expectedFaults?: readonly RegExp[];
};

/** Browser windows of one test, each with a profile of its own. */
export type Windows = {
  open(server: Pick<ServerProcess, "url">, options?: WindowOptions): Promise<Page>;
};

/**
 * Runs a test with windows, closes them, and fails when a page reported what it should not have: an error on its
 * console, an exception, a breach of the content security policy.
 */
export async function withWindows(browser: Browser, run: (windows: Windows) => Promise<void>): Promise<void> {
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];
  try {
    await run({
      open: async (server, options = {}) => {
        const context = await browser.newContext({
          baseURL: server.url,
          viewport: options.viewport ?? VIEWPORT,
          colorScheme: options.colorScheme ?? "light",
          reducedMotion: "reduce",
        });
        contexts.push(context);
        context.setDefaultTimeout(ACTION_TIMEOUT_MS);
        if (options.token !== undefined) await signInContext(context, options.token);
        const page = await context.newPage();
        noteFaults(page, faults, options.expectedFaults ?? []);
        await page.goto(options.path ?? "/");
        return page;
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${await sayPages(contexts)}`, {
      cause: error,
    });
  } finally {
    for (const context of contexts) await context.close();
  }
  expect(faults, "what the pages reported").toEqual([]);
}

/** What a screen reader would have met on the open pages: the first thing to know of a journey that failed elsewhere. */
async function sayPages(contexts: readonly BrowserContext[]): Promise<string> {
  const pages = contexts.flatMap((context) => context.pages());
  const texts = pages.map(async (page) => {
    const text = await page
      .locator("body")
      .ariaSnapshot({ timeout: PAGE_TEXT_TIMEOUT_MS })
      .catch((error: unknown) => `(cannot be read: ${String(error)})`);
    return `--- ${page.url()} showed:\n${text.slice(0, PAGE_TEXT_MAX)}`;
  });
  return (await Promise.all(texts)).join("\n");
}

async function signInContext(context: BrowserContext, token: string): Promise<void> {
  const answer = await context.request.post("/api/v1/session", { data: { token } });
  if (!answer.ok()) throw new Error(`no session: ${answer.status()} ${await answer.text()}`);
}

function noteFaults(page: Page, faults: string[], expected: readonly RegExp[]): void {
  const note = (fault: string) => {
    if (![WHO_AM_I_REFUSED, ...expected].some((pattern) => pattern.test(fault))) faults.push(fault);
  };
  // Chromium reports a breach of the content security policy as an error, too.
  page.on("console", (message) => {
    if (message.type() === "error") note(`${message.text()} @ ${message.location().url}`);
  });
  page.on("pageerror", (error) => note(`${error.message} @ ${page.url()}`));
}
