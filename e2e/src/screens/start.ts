import type { Page } from "playwright-core";
import type { Screen } from "./screen.ts";

/** Once the estimates are of what is typed. */
async function previewed(page: Page): Promise<void> {
  await page.getByTestId("outcome").and(page.locator("[aria-busy=false]")).getByTestId("total").waitFor();
}

async function typed(page: Page): Promise<void> {
  await page.getByLabel(/^Try it again/).fill("The empty query is handled now");
  await page.getByLabel(/^Start beside/).fill("Search and checkout share no code");
  await page.locator("[data-code]").first().waitFor({ state: "detached" });
  await page.getByLabel("Reason").fill("Search with the new index, now with the fix for empty queries");
  await previewed(page);
}

/** The form that starts a rollout. `fast-search` was taken back and `new-checkout` moves; nothing arrives of `invoice-pdf`. */
export const start: Screen = {
  name: "start",
  empty: { path: "/rollouts/new", ready: (page) => page.getByRole("button", { name: "Start the rollout" }).waitFor() },
  busy: { path: "/rollouts/new?flag=fast-search", ready: typed },
  failing: {
    path: "/rollouts/new?flag=invoice-pdf&plan=careful",
    ready: async (page) => {
      await previewed(page);
      await page.getByLabel("Share of stage 2, percent").fill("0.2");
      await page.getByText("shares grow from stage to stage").first().waitFor();
      await page.getByLabel("Time that stage 3 lasts at least").fill("a while");
      await page.getByText("A time such as").waitFor();
    },
  },
};
