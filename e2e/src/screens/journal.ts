import { failing, type Screen } from "./screen.ts";

export const journal: Screen = {
  name: "journal",
  empty: { path: "/journal", ready: (page) => page.getByTestId("event").first().waitFor() },
  busy: {
    path: "/journal",
    ready: async (page) => {
      await page
        .getByLabel(/^Details of event/)
        .nth(1)
        .click();
      await page.getByTestId("event-details").waitFor();
    },
  },
  failing: {
    path: "/journal",
    prepare: failing("**/api/v1/events?*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};
