import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken, type Flag, type FlagState } from "./api.ts";
import { describeInBrowser, launchBrowser, withWindows } from "./browser.ts";
import { openEditor, typeDefinition } from "./flag-visits.ts";
import { createFlag, LONG_STAGES, readRollout, startRollout } from "./guarded-rollout.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

const MANY_FLAGS = 500;
/** Rows of a window of 900 px, those drawn beyond it, and room: far below one for each flag. */
const ROWS_IN_PAGE_MAX = 60;

const STAFF_FIRST = { if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", null] };

describeInBrowser("flags in the dashboard", () => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer()]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const stateOf = (key: string) => server.api.get<FlagState>(`/api/v1/environments/production/flags/${key}`);
  const change = (key: string, version: number, body: object) =>
    server.api.request("PUT", `/api/v1/environments/production/flags/${key}`, body, { "if-match": `"${version}"` });

  it("creates a flag, with what is wrong told beside its field", () =>
    withWindows(browser, async ({ open }) => {
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags", expectedFaults: [/400 \(Bad Request\)/] });
      await page.getByRole("button", { name: "Create a flag", exact: true }).click();
      const dialog = page.getByRole("dialog");
      const key = dialog.getByLabel("Key");

      await dialog.getByRole("button", { name: "Create the flag" }).click();
      await dialog.getByText("Give it a key").waitFor();
      await key.fill("page size");
      await dialog.getByRole("button", { name: "Create the flag" }).click();
      await dialog.getByText(/^It 1 to 128 letters/).waitFor();
      expect(await key.getAttribute("aria-invalid")).toBe("true");

      await key.fill("page-size");
      await dialog.getByLabel("Owner").fill("web");
      await dialog.getByLabel("Kind of value").selectOption("number");
      await dialog.getByLabel("Name of variant 1").fill("large");
      await dialog.getByLabel("Value of variant 1").fill("50");
      await dialog.getByLabel("Staging").selectOption("large");
      await dialog.getByRole("button", { name: "Create the flag" }).click();

      await page.waitForURL(/\/flags\/page-size/);
      await page.getByText("In Production, everybody gets old.").waitFor();
      const created = await server.api.get<Flag>("/api/v1/flags/page-size");
      expect(created.environments.staging?.definition.defaultVariant).toBe("large");
      expect(created.environments.production?.definition.variants).toEqual({ large: 50, old: 10 });
    }));

  it("edits targeting: a fault is marked as it is typed, names are completed, and a reason is asked for", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "edited");
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/edited" });
      await openEditor(page);

      await typeDefinition(page, { iff: [true, "on"] });
      await page.locator(".cm-lintRange-error", { hasText: "iff" }).waitFor();
      await page.getByTestId("finding").getByText("is no operator that flagd knows").waitFor();
      expect(await page.getByRole("button", { name: "Save…" }).isDisabled()).toBe(true);

      await typeDefinition(page, {});
      for (const _ of "}\n}") await page.keyboard.press("ArrowLeft");
      await page.keyboard.type('"starts');
      // By the pointer: the editor takes no Enter in the list's first moment, so that nobody accepts what just appeared.
      await page.locator(".cm-completionLabel", { hasText: "starts_with" }).click();
      await page.locator(".cm-line", { hasText: '"starts_with": []' }).waitFor();

      await typeDefinition(page, STAFF_FIRST);
      await page.getByText("No fault: it can be saved.").waitFor();
      await page.getByRole("button", { name: "Save…" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Targeting rules were added").waitFor();
      await dialog.getByLabel("Reason").fill("the team first");
      await dialog.getByRole("button", { name: "Save", exact: true }).click();

      await page.getByTestId("rules").getByText("ends with").waitFor();
      expect(await stateOf("edited")).toMatchObject({
        version: 2,
        reason: "the team first",
        definition: { targeting: STAFF_FIRST },
      });
    }));

  it("tells who would get what and by which rule, keeps it in the address, and tries what is being edited", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "tried");
      await change("tried", 1, { targeting: STAFF_FIRST, reason: "the team first" });
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/tried" });

      await page.getByLabel("targetingKey").fill("user-1");
      await page.locator("[data-testid=evaluation][data-reason=DEFAULT]").waitFor();
      await page.getByRole("button", { name: "Add an attribute" }).click();
      await page.getByLabel("Attribute 1", { exact: true }).fill("email");
      await page.getByLabel("Value of email").fill("ada@acme.com");
      await page.locator("[data-testid=evaluation][data-variant=on]").waitFor();
      expect(await page.getByTestId("rules").locator("[data-matched]").textContent()).toContain("on");

      await page.waitForURL(/context=.*acme\.com/);
      const shared = await open(server, { token: ADMIN_TOKEN, path: page.url().slice(server.url.length) });
      await shared.locator("[data-testid=evaluation][data-variant=on]").waitFor();

      await openEditor(page);
      await typeDefinition(page, { if: [{ var: "email" }, "off"] });
      await page.locator("[data-testid=evaluation][data-variant=off]").waitFor();
      await page.getByText("by what is being edited").waitFor();
      expect((await stateOf("tried")).version).toBe(2);
    }));

  it("shows both sides when somebody wrote meanwhile, and writes over nobody's change unasked", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "contested");
      const expectedFaults = [/412 \(Precondition Failed\)/];
      const [mine, theirs] = [
        await open(server, { token: ADMIN_TOKEN, path: "/flags/contested", expectedFaults }),
        await open(server, { token: ADMIN_TOKEN, path: "/flags/contested" }),
      ];
      await openEditor(mine);
      await typeDefinition(mine, STAFF_FIRST);
      await mine.getByText("No fault: it can be saved.").waitFor();

      await openEditor(theirs);
      await typeDefinition(theirs, { if: [{ var: "beta" }, "on"] });
      await save(theirs, "beta users");

      await mine.getByText(/changed it meanwhile: it is at version 2/).waitFor();
      await mine.getByRole("button", { name: "Save…" }).click();
      const dialog = mine.getByRole("dialog");
      await dialog.getByText("“beta users”").waitFor();
      await dialog.getByRole("region", { name: "Their change" }).getByText("beta").first().waitFor();
      expect((await stateOf("contested")).version).toBe(2);
      await dialog.getByRole("button", { name: "Keep mine over theirs" }).click();
      await save(mine, "staff instead");

      await expect.poll(async () => (await stateOf("contested")).version).toBe(3);
      expect((await stateOf("contested")).definition.targeting).toEqual(STAFF_FIRST);
      await theirs.getByTestId("rules").getByText("ends with").waitFor();
    }));

  it("restores an old version, which has an address of its own", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "restored");
      await change("restored", 1, { targeting: STAFF_FIRST, reason: "the team first" });
      await change("restored", 2, { targeting: null, reason: "no rules any more" });
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/restored?view=history&version=2" });

      const version = page.locator("[data-testid=version][data-version='2']");
      await version.getByTestId("definition-diff").getByText("ends_with").first().waitFor();
      await version.getByRole("button", { name: "Restore version 2" }).click();
      await page.getByRole("dialog").getByLabel("Reason").fill("it was right");
      await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();

      await page.locator("[data-testid=version][data-version='4']").getByText("Restored an earlier version").waitFor();
      expect(await stateOf("restored")).toMatchObject({ version: 4, definition: { targeting: STAFF_FIRST } });
    }));

  it("switches a flag off while a rollout runs, tells what that does to it, and takes it back", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "burning");
      const { id } = await startRollout(server.api, "burning", { stages: LONG_STAGES });
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/burning" });
      await page.getByRole("link", { name: /A rollout of on is running at 1 %/ }).waitFor();

      await page.keyboard.press("Alt+k");
      const dialog = page.getByRole("dialog");
      await dialog.getByText("stops for good").waitFor();
      await dialog.getByLabel("Reason").fill("it burns");
      await page.keyboard.press("Enter");

      await page.getByText("In Production, it is switched off").waitFor();
      await expect.poll(async () => (await readRollout(server.api, id)).state).toBe("stopped");
      await page.getByRole("button", { name: "Switch on again" }).click();
      await dialog.getByLabel("Reason").fill("it does not");
      await page.keyboard.press("Enter");
      await page.getByText("In Production, everybody gets off.").waitFor();
      expect(await stateOf("burning")).toMatchObject({ version: 3, rolloutId: null, definition: { state: "ENABLED" } });
    }));

  it("says beforehand what a rollout in flight keeps from being changed", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "moving");
      await startRollout(server.api, "moving", { stages: LONG_STAGES });
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/moving" });
      await openEditor(page);

      await page.getByText("the default and these two variants cannot be").waitFor();
      await typeDefinition(page, {}, "on");

      await page.getByTestId("finding").getByText("the default variant cannot change meanwhile").waitFor();
      expect(await page.getByRole("button", { name: "Save…" }).isDisabled()).toBe(true);
    }));

  it("is done by the keyboard alone: in and out of the editor, save, discard", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "by-keys");
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/by-keys" });
      const edit = page.getByRole("button", { name: "Edit", exact: true });
      await edit.focus();
      await page.keyboard.press("Enter");
      await page.locator(".cm-content").waitFor();
      await page.getByText("Nothing is changed yet").waitFor();

      await tabTo(page, ".cm-content");
      await page.keyboard.press("Control+Space");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.closest('.cm-editor') === null")).toBe(true);
      await page.keyboard.press("Shift+Tab");
      expect(await page.evaluate("document.activeElement.closest('.cm-editor') !== null")).toBe(true);

      await typeDefinition(page, STAFF_FIRST);
      await page.getByText("No fault: it can be saved.").waitFor();
      await page.getByRole("button", { name: "Save…" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").getByLabel("Reason").waitFor();
      await page.keyboard.type("by keys");
      await page.keyboard.press("Enter");

      await page.getByTestId("rules").getByText("ends with").waitFor();
      expect((await stateOf("by-keys")).reason).toBe("by keys");
    }));

  it("lets a viewer see everything, and says why nothing can be pressed", () =>
    withWindows(browser, async ({ open }) => {
      await createFlag(server.api, "looked-at");
      const { token } = await createToken(server.api, "viewer", null);
      const page = await open(server, { token, path: "/flags/looked-at" });

      for (const name of ["Edit", "Switch off"]) {
        const button = page.getByRole("button", { name, exact: true });
        expect(await button.getAttribute("aria-disabled")).toBe("true");
        await button.focus();
        await page.getByText(/has the role viewer/).waitFor();
        await page.keyboard.press("Enter");
      }
      expect(await page.getByRole("dialog").count()).toBe(0);
      await page.getByLabel("targetingKey").fill("user-1");
      await page.getByTestId("evaluation").waitFor();
    }));

  it("shows the code to paste with the flag's key and default, and copies it", () =>
    withWindows(browser, async ({ open }) => {
      await server.api.post("/api/v1/flags", {
        key: "greeting",
        variants: { a: "Hello", b: "Hi" },
        defaultVariant: "a",
      });
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags/greeting?view=code" });
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      for (const language of ["TypeScript (browser)", "Python", "Go", "Java", ".NET", "curl", "TypeScript (server)"]) {
        await page.getByRole("link", { name: language, exact: true }).click();
        await page.getByTestId("command-lines").last().getByText("greeting").waitFor();
      }

      await page.getByRole("button", { name: "Copy: TypeScript (server)" }).click();

      const copied = await page.evaluate<string>("navigator.clipboard.readText()");
      expect(copied).toContain('client.getStringValue("greeting", "Hello", { targetingKey: user.id })');
      expect(copied).toContain(server.url);
    }));

  it("holds 500 flags: few rows in the page, each found by search, filter and scrolling", () =>
    withWindows(browser, async ({ open }) => {
      const owners = ["alpha", "beta", "gamma"];
      for (let index = 0; index < MANY_FLAGS; index += 20) {
        const keys = Array.from({ length: 20 }, (_, offset) => index + offset);
        await Promise.all(
          keys.map((n) =>
            server.api.post("/api/v1/flags", { key: `many-${String(n).padStart(3, "0")}`, owner: owners[n % 3] ?? "" }),
          ),
        );
      }
      const openedAt = performance.now();
      const page = await open(server, { token: ADMIN_TOKEN, path: "/flags?search=many-" });
      await page.getByText("500 flags").waitFor();
      await page.getByTestId("flag-row").first().waitFor();
      const shownAfterMs = Math.round(performance.now() - openedAt);
      expect(await page.getByTestId("flag-row").count()).toBeLessThan(ROWS_IN_PAGE_MAX);

      const scrolledAt = performance.now();
      await expect
        .poll(
          async () => {
            await page.keyboard.press("End");
            return page.locator("[data-flag=many-499]").count();
          },
          { timeout: 60_000 },
        )
        .toBe(1);
      const scrolledAfterMs = Math.round(performance.now() - scrolledAt);
      expect(await page.getByTestId("flag-row").count()).toBeLessThan(ROWS_IN_PAGE_MAX);

      const soughtAt = performance.now();
      await page.getByLabel("Search flags").fill("many-123");
      await page.getByText("1 flag", { exact: true }).waitFor();
      await page.locator("[data-flag=many-123]").waitFor();
      const foundAfterMs = Math.round(performance.now() - soughtAt);
      await page.getByLabel("Search flags").fill("many-");
      await page.getByLabel("Owner").selectOption("beta");
      await page.getByText("167 flags").waitFor();
      console.log(`500 flags: shown ${shownAfterMs} ms, scrolled ${scrolledAfterMs} ms, found ${foundAfterMs} ms`);
    }));
});

async function save(page: Page, reason: string): Promise<void> {
  await page.getByRole("button", { name: "Save…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Presses Tab until an element has the focus. @throws when it is never reached */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} is not in reach of Tab`);
}
