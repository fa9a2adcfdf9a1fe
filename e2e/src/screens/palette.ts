import type { Page } from "playwright-core";
import { openPalette } from "../visited-pages.ts";
import type { Screen } from "./screen.ts";

async function searchCheckout(page: Page): Promise<void> {
  await openPalette(page);
  await page.keyboard.type("check");
  await page.getByRole("option", { name: "new-checkout" }).first().waitFor();
}

export const palette: Screen = {
  name: "palette",
  empty: { path: "/", ready: openPalette },
  busy: { path: "/", ready: searchCheckout },
  failing: {
    path: "/",
    ready: async (page) => {
      await openPalette(page);
      await page.keyboard.type("zebra crossing");
      await page.getByText("Nothing matches").waitFor();
    },
  },
  dark: { path: "/", ready: openPalette },
};
