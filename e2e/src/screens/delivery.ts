import type { Page } from "playwright-core";
import { failing, type Screen } from "./screen.ts";

const asAdmin = ({ server }: { readonly server: { readonly adminToken: string } }) => server.adminToken;
const untilMeasured = (page: Page) => page.getByRole("region", { name: "The five levers" }).waitFor();

export const delivery: Screen = {
  name: "delivery",
  empty: { path: "/delivery", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: "/delivery?service=shop", token: asAdmin, ready: untilMeasured },
  failing: {
    path: "/delivery?service=shop",
    token: asAdmin,
    prepare: failing("**/api/v1/services/shop/delivery*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};

/** Deployments, rollouts of flags among them, and what the guard decided. */
export const deliveryTimeline: Screen = {
  name: "delivery-timeline",
  busy: {
    path: "/delivery?service=shop",
    token: asAdmin,
    ready: async (page) => {
      const timeline = page.getByRole("figure", { name: /^Deployments/ });
      await timeline.getByTestId("guarded-rollout").first().waitFor();
      await timeline.evaluate((element) => element.scrollIntoView());
    },
  },
};
