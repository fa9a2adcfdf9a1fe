import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser, launchBrowser, withWindows } from "./browser.ts";
import { tellQuarter } from "./delivery-quarter.ts";
import { createFlag, LONG_STAGES, startRollout, untilJudged } from "./guarded-rollout.ts";
import { type Load, startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";
import { tellEvents } from "./tell-events.ts";
import { openRollBackDialog, SIGNED_OUT_VISITS, VISITS, type Visit, type Visited } from "./visited-pages.ts";

const REQUEST_OF_NO_SERVICE = {
  ...{ type: "dev.cdevents.change.created.0.3.0", atMs: Date.now(), customData: {} },
  subject: { id: "1", content: { repository: { id: "acme/orphan" } } },
};

describeInBrowser("the dashboard's pages", () => {
  let browser: Browser;
  let server: ServerProcess;
  let load: Load;
  let visited: Visited;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
    await createFlag(server.api, "in-flight", "shop");
    await createFlag(server.api, "in-the-queue", "shop");
    await createFlag(server.api, "taken-back", "other");
    load = await startTelemetryLoad(server.api, { flag: "in-flight" });
    const { id } = await startRollout(server.api, "in-flight", { stages: LONG_STAGES });
    await startRollout(server.api, "in-the-queue", { stages: LONG_STAGES });
    const ended = await startRollout(server.api, "taken-back", { stages: LONG_STAGES });
    await server.api.post(`/api/v1/rollouts/${ended.id}/roll-back`, { reason: "to be shown" });
    await tellQuarter(server.api, "billing", Date.now());
    await tellEvents(server.api, "nobody", [REQUEST_OF_NO_SERVICE]);
    await untilJudged(server.api, id);
    visited = { rolloutId: id, endedRolloutId: ended.id };
  });

  afterAll(async () => {
    await browser?.close();
    await load?.stop();
    await server?.stop();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`can be used by everybody, ${colorScheme}: axe finds nothing`, () =>
      withWindows(browser, async ({ open }) => {
        const check = async (page: Page, { name, path, ready }: Visit) => {
          await page.goto(typeof path === "string" ? path : path(visited));
          await ready(page);
          expect(await violationsOf(page), name).toEqual([]);
        };
        const stranger = await open(server, { colorScheme, path: "/sign-in" });
        for (const visit of SIGNED_OUT_VISITS) await check(stranger, visit);

        const admin = await open(server, { token: ADMIN_TOKEN, colorScheme, path: "/flags" });
        for (const visit of VISITS) await check(admin, visit);
      }));
  }

  it("shows in the search field what the address searches for, however it came there", () =>
    withWindows(browser, async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags" });
      const field = page.getByLabel("Search flags");

      await field.pressSequentially("taken");
      await page.waitForURL(/search=taken/);
      await page.getByRole("link", { name: "Flags", exact: true }).click();

      await page.getByTestId("flag-row").nth(2).waitFor();
      expect(await field.inputValue()).toBe("");
      await page.goBack();
      await expect.poll(() => field.inputValue()).toBe("taken");
    }));

  it("takes Enter for a confirmation only when no characters are being composed", () =>
    withWindows(browser, async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: `/rollouts/${visited.rolloutId}` });
      await openRollBackDialog(page);
      const reason = page.getByLabel("Reason", { exact: true });
      const fault = page.getByText("Say why, in a few words");

      await reason.dispatchEvent("keydown", { key: "Enter", isComposing: true });
      expect(await fault.count()).toBe(0);

      await reason.dispatchEvent("keydown", { key: "Enter" });
      await fault.waitFor();
    }));

  it("runs under a policy that allows no inline script, and has none", () =>
    withWindows(browser, async ({ open }) => {
      // What is smuggled in below is the one breach that is expected.
      const page = await open(server, { token: ADMIN_TOKEN, expectedFaults: [/^Executing inline script violates/] });
      await page.getByTestId("evidence").waitFor();

      const answer = await page.reload();
      const policy = answer?.headers()["content-security-policy"] ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(await page.locator("script:not([src])").count()).toBe(0);
      expect(await page.evaluate(SMUGGLE_INLINE_SCRIPT)).toBe("script-src-elem, nothing ran");
    }));

  it("is sent with gzip to those who know no brotli", async () => {
    const page = await (await fetch(`${server.url}/`)).text();
    const [asset] = page.match(/\/assets\/[\w.-]+\.js/) ?? [];

    const answer = await fetch(`${server.url}${asset}`, { headers: { "accept-encoding": "gzip" } });

    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.headers.get("cache-control")).toContain("immutable");
    expect(await answer.text()).toContain("import");
  });
});

/** Puts an inline script into the page as a break-in would; answers what the policy stopped, and whether it ran. */
const SMUGGLE_INLINE_SCRIPT = `new Promise((resolve) => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.addEventListener("securitypolicyviolation", (event) =>
    resolve(event.effectiveDirective + (window.ran ? ", and it ran" : ", nothing ran")));
  document.head.append(script);
})`;

type AxeFindings = {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
};

/** What axe finds wrong: the rule, and where. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeFindings>("axe.run(document)");
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
