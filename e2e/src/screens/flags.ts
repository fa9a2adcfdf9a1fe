import { failing, type Screen } from "./screen.ts";

export const flags: Screen = {
  name: "flags",
  empty: { path: "/flags", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: "/flags", ready: (page) => page.getByTestId("flag-row").first().waitFor() },
  failing: {
    path: "/flags",
    prepare: failing("**/api/v1/flags?*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};
