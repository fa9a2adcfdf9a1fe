import type { Page } from "playwright-core";
import { failing, type Screen } from "./screen.ts";
import type { EmptyServer } from "./story.ts";

const asAdmin = ({ server }: EmptyServer) => server.adminToken;
const untilAsked = (page: Page) => page.getByRole("dialog").getByLabel("Name", { exact: true }).waitFor();

export const environments: Screen = {
  name: "environments",
  empty: { path: "/settings/environments", ready: (page) => page.getByTestId("environment").first().waitFor() },
  busy: { path: "/settings/environments?create=true", token: asAdmin, ready: untilAsked },
  failing: {
    path: "/settings/environments",
    token: asAdmin,
    prepare: failing("**/api/v1/environments"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  narrow: {
    path: "/settings/environments",
    token: asAdmin,
    ready: (page) => page.getByTestId("environment").first().waitFor(),
  },
};

export const tokens: Screen = {
  name: "tokens",
  empty: { path: "/settings/tokens", ready: (page) => page.getByTestId("token").first().waitFor() },
  busy: {
    path: "/settings/tokens",
    token: asAdmin,
    ready: (page) => page.getByTestId("token").first().waitFor(),
  },
  // Maya is an operator.
  failing: { path: "/settings/tokens", ready: (page) => page.getByText("Tokens are shown to admins only").waitFor() },
  narrow: { path: "/settings/tokens?create=true", token: asAdmin, ready: untilAsked },
  dark: { path: "/settings/tokens?create=true", token: asAdmin, ready: untilAsked },
};

export const about: Screen = {
  name: "about",
  empty: { path: "/settings/about", ready: (page) => page.getByText("Version").waitFor() },
  busy: { path: "/settings/about", ready: (page) => page.getByText("Version").waitFor() },
  failing: {
    path: "/settings/about",
    prepare: failing("**/api/v1/about"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};

export const sources: Screen = {
  name: "sources",
  empty: { path: "/settings/sources", ready: (page) => page.getByText("No forge is connected").waitFor() },
  busy: { path: "/settings/sources", token: asAdmin, ready: untilListed },
  failing: {
    path: "/settings/sources",
    token: asAdmin,
    prepare: failing("**/api/v1/sources"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  dark: { path: "/settings/sources?create=source", token: asAdmin, ready: connectSource },
};

async function untilListed(page: Page): Promise<void> {
  await page.getByTestId("source").first().waitFor();
  await page.getByTestId("service").first().waitFor();
}

async function connectSource(page: Page): Promise<void> {
  await untilAsked(page);
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("acme-labs");
  await page.getByRole("dialog").getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByLabel("The secret", { exact: true }).waitFor();
}
