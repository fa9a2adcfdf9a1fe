import { failing, type Screen } from "./screen.ts";

export const journal: Screen = {
  name: "journal",
  empty: { path: "/journal", ready: (page) => page.getByTestId("event").first().waitFor() },
  busy: { path: "/journal", ready: (page) => page.getByTestId("event").first().waitFor() },
  failing: {
    path: "/journal",
    prepare: failing("**/api/v1/events?*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};
