import type { Page } from "playwright-core";
import { FLAG_VISITS } from "./flag-visits.ts";

/** What there is to visit on the server of `browser-pages.test.ts`. */
export type Visited = {
  /** Running, in production, of the flag `in-flight`. */
  readonly rolloutId: string;
  /** Rolled back, of the flag `taken-back`. */
  readonly endedRolloutId: string;
};

/** One state of a page, for checks that go through all of them. */
export type Visit = {
  readonly name: string;
  readonly path: string | ((visited: Visited) => string);
  /** Until it can be judged; opens what is to be open. */
  readonly ready: (page: Page) => Promise<unknown>;
};

const ofTheRollout = ({ rolloutId }: Visited) => `/rollouts/${rolloutId}`;

/** Every page, its empty state and its dialogs. Nobody is signed in on the first list, an admin is on the second. */
export const SIGNED_OUT_VISITS: readonly Visit[] = [
  { name: "sign in", path: "/sign-in", ready: (page) => page.getByLabel("Token", { exact: true }).waitFor() },
];

export const VISITS: readonly Visit[] = [
  { name: "what is in flight", path: "/", ready: (page) => page.getByTestId("evidence").first().waitFor() },
  {
    name: "nothing in flight",
    path: "/?environment=staging",
    ready: (page) => page.getByTestId("empty-state").waitFor(),
  },
  { name: "a rollout", path: ofTheRollout, ready: (page) => page.getByTestId("decision").first().waitFor() },
  { name: "a rollout's charts as tables, and a decision's counts", path: ofTheRollout, ready: openTablesAndCounts },
  {
    name: "an ended rollout",
    path: ({ endedRolloutId }) => `/rollouts/${endedRolloutId}`,
    ready: (page) => page.getByTestId("log-event").first().waitFor(),
  },
  { name: "a rollout's dialog", path: ofTheRollout, ready: openRollBackDialog },
  ...FLAG_VISITS,
  {
    name: "the form that starts a rollout",
    path: "/rollouts/new?flag=in-flight",
    ready: (page) => page.getByTestId("total").waitFor(),
  },
  { name: "its faults", path: "/rollouts/new", ready: openStartFaults },
  { name: "the journal", path: "/journal", ready: (page) => page.getByTestId("event").first().waitFor() },
  { name: "an event of the journal", path: "/journal?kind=flags", ready: openEvent },
  {
    name: "nothing in the journal",
    path: "/journal?text=nothing-of-the-kind",
    ready: (page) => page.getByTestId("empty-state").waitFor(),
  },
  {
    name: "delivery",
    path: "/delivery?service=billing",
    ready: (page) => page.getByRole("region", { name: "The five levers" }).waitFor(),
  },
  { name: "a mark of a drawing of delivery", path: "/delivery?service=billing", ready: focusMark },
  {
    name: "what a figure of delivery is made of",
    path: "/delivery?service=billing&open=failures",
    ready: (page) => page.getByRole("dialog").getByRole("row").nth(1).waitFor(),
  },
  {
    name: "the changes behind a stage",
    path: "/delivery?service=billing&open=stage:pickup",
    ready: (page) => page.getByRole("dialog").getByRole("row").nth(1).waitFor(),
  },
  {
    name: "no delivery",
    path: "/delivery?service=billing&environment=staging",
    ready: (page) => page.getByTestId("empty-state").waitFor(),
  },
  { name: "the palette", path: "/", ready: openPalette },
  { name: "the keyboard help", path: "/", ready: openKeyboardHelp },
  {
    name: "the environments",
    path: "/settings/environments",
    ready: (page) => page.getByTestId("environment").first().waitFor(),
  },
  { name: "an environment's form", path: "/settings/environments?create=true", ready: untilNameIsAsked },
  { name: "the tokens", path: "/settings/tokens", ready: (page) => page.getByTestId("token").first().waitFor() },
  { name: "a token's form", path: "/settings/tokens?create=true", ready: untilNameIsAsked },
  { name: "a token's secret", path: "/settings/tokens?create=true", ready: createToken },
  { name: "a token's end", path: "/settings/tokens", ready: openRevokeDialog },
  {
    name: "services and sources",
    path: "/settings/sources",
    ready: (page) => page.getByTestId("service").first().waitFor(),
  },
  {
    name: "what measures a repository",
    path: "/delivery?service=billing&environment=staging",
    ready: openMeasureDialog,
  },
  { name: "a service's faults", path: "/settings/sources?create=service", ready: openServiceFaults },
  { name: "a source's secret", path: "/settings/sources?create=source", ready: connectSource },
  { name: "a source's end", path: "/settings/sources", ready: openDisconnectDialog },
  { name: "about the server", path: "/settings/about", ready: (page) => page.getByText("Version").waitFor() },
  { name: "the account", path: "/flags", ready: openAccount },
  { name: "no such page", path: "/nowhere", ready: (page) => page.getByRole("heading", { level: 1 }).waitFor() },
];

async function openTablesAndCounts(page: Page): Promise<void> {
  await page.getByTestId("chart").nth(3).waitFor();
  for (const button of await page.getByRole("button", { name: /^Show as table/ }).all()) await button.click();
  await page
    .getByRole("button", { name: /Counts it was made on/ })
    .first()
    .click();
  await page.getByTestId("decision-counts").first().waitFor();
}

async function openStartFaults(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start the rollout" }).click();
  await page.getByText("Choose the flag to move.").waitFor();
}

async function openEvent(page: Page): Promise<void> {
  await page
    .getByLabel(/^Details of event/)
    .first()
    .click();
  await page.getByTestId("event-details").waitFor();
}

export async function openRollBackDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Roll back in-flight" }).click();
  await page.getByRole("dialog").getByLabel("Reason").waitFor();
}

async function focusMark(page: Page): Promise<void> {
  await page.locator("figure svg a[tabindex='0']").first().focus();
  await page.keyboard.press("End");
  await page.getByTestId("mark-hint").waitFor();
}

async function openAccount(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account and appearance" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function openPalette(page: Page): Promise<void> {
  // The shell listens once it is drawn.
  await page.getByRole("button", { name: "Search pages, flags, rollouts and actions" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search pages, flags, rollouts and actions" }).waitFor();
  await page.getByRole("dialog").getByRole("option").first().waitFor();
}

async function openKeyboardHelp(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account and appearance" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
}

async function untilNameIsAsked(page: Page): Promise<void> {
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).waitFor();
}

async function createToken(page: Page): Promise<void> {
  await untilNameIsAsked(page);
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("a visitor's");
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await page.getByLabel("The token", { exact: true }).waitFor();
  // So that leaving the page does not ask first.
  await page.getByRole("dialog").getByRole("button", { name: "Copy", exact: true }).click();
}

async function openRevokeDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Revoke a visitor's" }).first().click();
  await page.getByRole("dialog").waitFor();
}

async function openMeasureDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Measure it: acme/orphan" }).click();
  await page.getByRole("dialog").getByLabel("Key").waitFor();
}

async function openServiceFaults(page: Page): Promise<void> {
  await page.getByRole("dialog").getByLabel("Repositories").fill("nonsense");
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText(/is no repository/).waitFor();
}

async function connectSource(page: Page): Promise<void> {
  await untilNameIsAsked(page);
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("acme");
  await page.getByRole("dialog").getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByLabel("The secret", { exact: true }).waitFor();
  // So that leaving the page does not ask first.
  await page.getByRole("dialog").getByRole("button", { name: "Copy", exact: true }).first().click();
}

async function openDisconnectDialog(page: Page): Promise<void> {
  await page.getByText("Address and messages").first().click();
  await page.getByRole("button", { name: "Disconnect acme" }).first().click();
  await page.getByRole("dialog").waitFor();
}
