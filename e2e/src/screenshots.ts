// Takes the pictures of the documentation from a real server, the example shop and its users: npm run screenshots

import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Api, CreatedToken, Rollout, StartRollout } from "./api.ts";
import { launchBrowser } from "./browser.ts";
import { eventually } from "./eventually.ts";
import { readRollout, untilState } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { type ShopProcess, startShop } from "./shop-process.ts";

const FOLDER = resolve(import.meta.dirname, "../../docs/screenshots");
/** A page of the documentation should not take long to load. */
const PICTURE_BYTES_MAX = 300_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const REQUESTS_PER_SECOND = 400;
/** The first stage of the plan that is used without one takes a minute, the second two. */
const STAGE_DEADLINE_MS = 180_000;
/** As long as it takes that a line on a chart can be seen. */
const LOOKED_ON_MS = 20_000;

/** Of the 1,000 : 1 that take it back. */
const EVIDENCE_WORTH_A_LOOK = 3;

const FLAGS = [
  ["new-checkout", "payments", "shop", "Checkout on one page"],
  ["fast-search", "discovery", "shop", "Search with the new index"],
  ["gift-wrapping", "payments", "shop", "Offers gift wrapping in the basket"],
  ["invoice-pdf", "billing", "invoices", "Invoices as PDF/A with the new renderer"],
  ["returns-portal", "support", "shop", "Returns without a call"],
] as const;

const server = await startServer();
const shop = await startShop(server.api, { requestsPerSecond: REQUESTS_PER_SECOND });
const browser = await launchBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  await takeAll(server, shop, browser);
} finally {
  await browser.close();
  await shop.stop();
  await server.stop();
}

async function takeAll(server: ServerProcess, shop: ShopProcess, browser: Browser): Promise<void> {
  const signIn = await openPage(browser, server, { path: "/sign-in" });
  await signIn.getByRole("button", { name: "Sign in" }).waitFor();
  await take(signIn, "sign-in");

  const maya = await person(server.api, "Maya Okafor");
  const jonas = await person(server.api, "Jonas Lind");
  for (const [key, owner, service, description] of FLAGS)
    await jonas.post("/api/v1/flags", { key, owner, service, description });

  const takenBack = await showOneTakenBack(jonas, shop);
  const { id } = await start(maya, "new-checkout", "One page instead of four");
  await start(jonas, "gift-wrapping", "Asked for by the Christmas team");
  const inFlight = await eventually(
    "the second stage",
    async () => judged(await readRollout(maya, id), 2),
    STAGE_DEADLINE_MS,
  );
  await eventually("something to see in the second stage", () => (isSeen(inFlight.stageSince) ? true : undefined));

  await makeAFewFail(maya, shop, id);

  const session = maya.token;
  const now = await openPage(browser, server, { token: session });
  await now.getByTestId("ended-rollout").first().waitFor();
  await take(now, "now");
  const dark = await openPage(browser, server, { token: session, colorScheme: "dark" });
  await dark.getByTestId("ended-rollout").first().waitFor();
  await take(dark, "now-dark");
  const narrow = await openPage(browser, server, { token: session, viewport: PHONE });
  await narrow.getByTestId("ended-rollout").first().waitFor();
  await take(narrow, "narrow");

  await now.goto(`/rollouts/${id}`);
  await now.getByTestId("decision").first().waitFor();
  await take(now, "rollout");
  await now.goto(`/rollouts/${takenBack.id}`);
  await now.locator("[data-testid=decision][data-verdict=roll-back]").waitFor();
  await take(now, "rolled-back");
  await now.goto("/flags");
  await now.getByTestId("flag-row").first().waitFor();
  await take(now, "flags");
  await now.goto("/journal");
  await now.getByTestId("event").first().waitFor();
  await take(now, "journal");
}

/** A rollout whose bug comes to light in its second stage. */
async function showOneTakenBack(api: Api, shop: ShopProcess): Promise<Rollout> {
  const stages = [
    { share: 0.01, catches: { failureRate: 0.2 }, minSeconds: 15 },
    { share: 0.1, catches: { failureRate: 0.02 }, minSeconds: 120 },
    { share: 0.5, catches: { failureRate: 0.005 }, minSeconds: 300 },
    { share: 1, minSeconds: 0 },
  ];
  const { id } = await start(api, "fast-search", "The new index answers in half the time", { stages });
  const second = await eventually(
    "the second stage",
    async () => judged(await readRollout(api, id), 2),
    STAGE_DEADLINE_MS,
  );
  await eventually("both arms to look alike for a while", () => (isSeen(second.stageSince) ? true : undefined));
  await shop.setFault({ flag: "fast-search", failureRate: 0.25 });
  return untilState(api, id, "rolled-back");
}

/** So few failures that the evidence grows and is not yet enough. */
async function makeAFewFail(api: Api, shop: ShopProcess, id: string): Promise<void> {
  const flag = "new-checkout";
  await shop.setFault({ flag, failureRate: 0.004 });
  await eventually("evidence that is worth a look", async () => {
    const rollout = judged(await readRollout(api, id), 1);
    return (rollout?.decision?.evidence ?? 0) > EVIDENCE_WORTH_A_LOOK || undefined;
  });
  await shop.setFault({ flag });
}

async function person(api: Api, name: string): Promise<Api> {
  const { token } = await api.post<CreatedToken>("/api/v1/tokens", { name, role: "operator", environment: null });
  return api.as(token);
}

function start(api: Api, flag: string, reason: string, more: Partial<StartRollout> = {}): Promise<Rollout> {
  const body = { kind: "flag", environment: "production", flag, candidate: "on", reason, ...more };
  return api.post("/api/v1/rollouts", body);
}

function judged(rollout: Rollout, stage: number): Rollout | undefined {
  if (rollout.endReason !== null) throw new Error(`${rollout.flag} ended: ${rollout.endReason}`);
  return rollout.stage >= stage && rollout.decision !== null ? rollout : undefined;
}

function isSeen(since: string | null): boolean {
  return since !== null && Date.now() - Date.parse(since) > LOOKED_ON_MS;
}

type PageOptions = {
  readonly token?: string;
  readonly path?: string;
  readonly colorScheme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
};

async function openPage(browser: Browser, server: ServerProcess, options: PageOptions): Promise<Page> {
  const { colorScheme = "light", path = "/", token, viewport = DESKTOP } = options;
  const context = await browser.newContext({ baseURL: server.url, viewport, colorScheme, reducedMotion: "reduce" });
  if (token !== undefined) await context.request.post("/api/v1/session", { data: { token } });
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.evaluate("document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(done)))");
  await page.screenshot({ path });
  const bytes = statSync(path).size;
  if (bytes > PICTURE_BYTES_MAX) throw new Error(`${name}.png has ${bytes} bytes, more than ${PICTURE_BYTES_MAX}`);
  console.log(`${name}.png  ${Math.round(bytes / 1_000)} kB`);
}
