import type { Page } from "playwright-core";
import type { Screen } from "./screen.ts";

const untilAsked = (page: Page) => page.getByRole("button", { name: "Sign in" }).waitFor();

export const signIn: Screen = {
  name: "sign-in",
  busy: { path: "/sign-in", isSignedOut: true, ready: untilAsked },
  failing: {
    path: "/sign-in",
    isSignedOut: true,
    ready: async (page) => {
      await page.getByLabel("Token", { exact: true }).fill("not-a-token");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("The server does not know this token").waitFor();
    },
  },
};
