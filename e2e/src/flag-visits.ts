import type { Page } from "playwright-core";

const CONTEXT = encodeURIComponent(JSON.stringify({ targetingKey: "user-1", country: "DE" }));

/** As `Visit`, which gathers these. */
type FlagVisit = {
  readonly name: string;
  readonly path: string;
  readonly ready: (page: Page) => Promise<unknown>;
};

/** The flags' pages, their dialogs and the editor, for the checks that go through every page. */
export const FLAG_VISITS: readonly FlagVisit[] = [
  { name: "the flags", path: "/flags", ready: (page) => page.getByTestId("flag-row").first().waitFor() },
  { name: "no flag", path: "/flags?search=nothing", ready: (page) => page.getByTestId("empty-state").waitFor() },
  { name: "a flag's form with a fault", path: "/flags?create=true", ready: submitEmptyForm },
  { name: "a flag, tried", path: `/flags/in-flight?context=${CONTEXT}`, ready: untilTried },
  { name: "a flag's editor with a fault", path: `/flags/taken-back?context=${CONTEXT}`, ready: writeFault },
  { name: "a flag's completion", path: "/flags/taken-back", ready: openCompletion },
  { name: "a flag's difference", path: "/flags/taken-back", ready: openSaveDialog },
  { name: "a flag's kill switch", path: "/flags/in-flight", ready: openKillSwitch },
  {
    name: "a flag's history",
    path: "/flags/in-flight?view=history&version=1",
    ready: (page) => page.getByTestId("definition-diff").waitFor(),
  },
  {
    name: "a flag's code",
    path: "/flags/in-flight?view=code",
    ready: (page) => page.getByTestId("command-lines").last().waitFor(),
  },
];

async function submitEmptyForm(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create the flag" }).click();
  await page.getByText("Give it a key").waitFor();
}

export async function untilTried(page: Page): Promise<void> {
  await page.getByTestId("evaluation").waitFor();
  await page.getByTestId("rules").locator("[data-matched]").waitFor();
}

export async function openEditor(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.locator(".cm-content").waitFor();
}

/** Replaces the text as a paste would, and leaves the cursor at its end. */
export async function typeDefinition(page: Page, targeting: object, defaultVariant = "off"): Promise<void> {
  const definition = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant };
  const text = JSON.stringify(definition, null, 2).replace(/\n}$/, `,\n  "targeting": ${JSON.stringify(targeting)}\n}`);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

export async function writeFault(page: Page): Promise<void> {
  await openEditor(page);
  await typeDefinition(page, { if: [{ in: [{ var: "country" }, ["DE", "AT"]] }, "on", { fractionall: [["on", 10]] }] });
  await page.locator(".cm-lintRange-error").waitFor();
}

async function openCompletion(page: Page): Promise<void> {
  await openEditor(page);
  await typeDefinition(page, {});
  for (const _ of "}\n}") await page.keyboard.press("ArrowLeft");
  await page.keyboard.type('"');
  // The check's answer draws anew what is around the cursor.
  await page.getByTestId("finding").getByText("This is not JSON").waitFor();
  await page.locator(".cm-tooltip-autocomplete").waitFor();
}

async function openSaveDialog(page: Page): Promise<void> {
  await openEditor(page);
  await typeDefinition(page, { if: [{ var: "beta" }, "on"] });
  await page.getByText("No fault: it can be saved.").waitFor();
  await page.getByRole("button", { name: "Save…" }).click();
  await page.getByRole("dialog").getByTestId("definition-diff").waitFor();
}

async function openKillSwitch(page: Page): Promise<void> {
  await page.getByTestId("kill-switch").click();
  await page.getByRole("dialog").getByLabel("Reason").waitFor();
}
