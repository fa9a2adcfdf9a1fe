import { failing, type Screen } from "./screen.ts";

export const now: Screen = {
  name: "now",
  empty: { path: "/", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: "/", ready: (page) => page.getByTestId("ended-rollout").first().waitFor() },
  failing: {
    path: "/",
    prepare: failing("**/api/v1/rollouts**"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};
