import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Api } from "./api.ts";
import { describeInBrowser, launchBrowser, type Windows, withWindows } from "./browser.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";
import { type Told, tellEvents } from "./tell-events.ts";

const HOUR_MS = 3_600_000;
/** More than the 5,000 that a report holds. */
const SHIPPED = 5_200;
const PER_DEPLOYMENT = 50;
const OPEN = 45;

describeInBrowser("the lists of the Delivery page", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await tellThousands(server.api, "large", Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const journey = (title: string, run: (windows: Windows) => Promise<void>) =>
    it(title, () => withWindows(browser, run));

  journey("show all of their rows in a few presses, the focus on the first new one each time", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=large&open=changes" });
    const dialog = page.getByRole("dialog", { name: "Changes shipped" });
    const more = dialog.getByRole("button", { name: /^Show [\d,]+ more$/ });
    const counts: [number, string | null][] = [];
    await dialog.getByText("5,000 of 5,200, the slowest first", { exact: false }).waitFor();

    while ((await more.count()) > 0) {
      const rows = await dialog.locator("tbody tr").count();
      counts.push([rows, await more.textContent()]);
      await more.focus();
      await page.keyboard.press("Enter");
      await dialog.locator("tbody tr").nth(rows).waitFor();
      expect(await page.evaluate("document.activeElement.sectionRowIndex")).toBe(rows);
    }

    expect(counts).toEqual([
      [200, "Show 200 more"],
      [400, "Show 400 more"],
      [800, "Show 800 more"],
      [1_600, "Show 1,600 more"],
      [3_200, "Show 1,800 more"],
    ]);
    expect(await dialog.locator("tbody tr").count()).toBe(5_000);
    expect(await dialog.getByRole("status").textContent()).toBe("All 5,000 rows");
  });

  journey("are as one left them, the focus on the row one went to, when one comes back", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=large&open=changes" });
    const dialog = page.getByRole("dialog");
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    await dialog.getByRole("button", { name: "Show 200 more" }).click();
    const row = dialog.locator("tbody tr").nth(299);
    const title = await row.getByRole("link").textContent();

    await row.getByRole("link").focus();
    await page.keyboard.press("Enter");
    await dialog.getByText(/^A pull request by maya/).waitFor();
    const inDialog = await page.evaluate<boolean>("document.activeElement.closest('[role=dialog]') !== null");
    await page.goBack();

    await expect.poll(focused).toBe(title);
    expect(inDialog).toBe(true);
    expect(await dialog.locator("tbody tr").count()).toBe(400);
  });

  journey("say what they leave out, and that a figure is of all", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=large" });
    const dialog = page.getByRole("dialog");
    const captionOf = async (what: string) => {
      await page.goto(`/delivery?service=large&open=${what}`);
      return dialog.locator("caption, p").first().textContent();
    };
    const { stages, deployments } = await server.api.get<{
      stages: { n: number; slowest: { n: number }; weeks: { fromMs: number; n: number }[] };
      deployments: { id: string; changes: number }[];
    }>("/api/v1/services/large/delivery");
    const held = "The page knows only the newest 5,000 of 5,200 changes";

    const stage = await captionOf("stage:pickup");
    const slowest = await captionOf("slowest");
    const oldestWeek = await captionOf(`week:${stages.weeks[0]?.fromMs}`);
    const newestWeek = await captionOf(`week:${stages.weeks.at(-1)?.fromMs}`);
    const oldestDeployment = await captionOf(`deployment:${deployments[0]?.id}`);

    expect([stages.n, deployments[0]?.changes]).toEqual([SHIPPED, PER_DEPLOYMENT]);
    expect(stage).toBe(`5,000 of 5,200, the slowest first. ${held}`);
    expect(slowest).toMatch(new RegExp(`^\\d+ of ${stages.slowest.n}, the slowest first\\. ${held}$`));
    expect(oldestWeek).toMatch(new RegExp(`of ${stages.weeks[0]?.n}, the slowest first\\. |^None of these `));
    expect(newestWeek).toBe(`${stages.weeks.at(-1)?.n}, the slowest first`);
    expect(oldestDeployment).toBe(
      "None of these 50 is among the newest 5,000 of 5,200 changes, which is all that the page knows.",
    );
    await page.keyboard.press("Escape");
    await page.getByText("among the newest 5,000 of 5,200 changes").first().waitFor();
  });

  journey("of what waits now reach its end, and tell how far they are", async ({ open }) => {
    const page = await open(server, { token: ADMIN_TOKEN, path: "/delivery?service=large" });
    const waiting = page.getByRole("region", { name: "Waiting now" });

    await waiting.getByText("45 open changes").waitFor();
    const before = await waiting.locator("tbody tr").count();
    await waiting.getByRole("button", { name: "Show 20 more" }).click();
    await waiting.getByRole("button", { name: "Show 5 more" }).click();
    await waiting.getByText("All 45 rows").waitFor();

    expect([before, await waiting.locator("tbody tr").count()]).toEqual([20, 45]);
  });
});

/** Tells a server of a service that ships fifty pull requests every half day, and of some that wait. */
async function tellThousands(api: Api, service: string, untilMs: number): Promise<void> {
  const repository = `acme/${service}`;
  await api.request("PUT", `/api/v1/services/${service}`, { repositories: [repository], owner: "payments" });
  const told: Told[] = [];
  const shaOf = (number: number) => number.toString(16).padStart(40, "0");
  const tellChange = (number: number, predicate: string, atMs: number, customData: object) => {
    const subject = { id: String(number), content: { repository: { id: repository }, title: `Change ${number}` } };
    told.push({ type: `dev.cdevents.change.${predicate}.0.3.0`, atMs, subject, customData });
  };
  for (let number = 1; number <= SHIPPED; number += 1) {
    const batch = Math.floor((SHIPPED - number) / PER_DEPLOYMENT);
    const shippedAtMs = untilMs - (12 * batch + 1) * HOUR_MS;
    const mergedAtMs = shippedAtMs - HOUR_MS;
    const sizes = { author: "maya", linesAdded: 1 + ((7 * number) % 900), linesRemoved: 1 };
    tellChange(number, "created", mergedAtMs - (2 + (number % 90)) * HOUR_MS, { number, ...sizes });
    tellChange(number, "merged", mergedAtMs, { mergeCommit: shaOf(number) });
    if (number % PER_DEPLOYMENT !== 0) continue;
    const commits = Array.from({ length: PER_DEPLOYMENT }, (_, index) => shaOf(number - index));
    const content = { environment: { id: "production" }, artifactId: `pkg:oci/${service}` };
    const customData = { revision: shaOf(number), commits, deploymentId: `${service}-${number}`, isPlanned: true };
    const type = "dev.cdevents.service.deployed.0.2.0";
    told.push({ type, atMs: shippedAtMs, subject: { id: service, content }, customData });
  }
  for (let number = SHIPPED + 1; number <= SHIPPED + OPEN; number += 1)
    tellChange(number, "created", untilMs - (number % 90) * HOUR_MS, { number, author: "omar" });
  await tellEvents(api, service, told);
}
