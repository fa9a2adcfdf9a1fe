import type { Screen } from "./screen.ts";

export const rollout: Screen = {
  name: "rollout",
  busy: {
    path: ({ inFlight }) => `/rollouts/${inFlight.id}`,
    ready: (page) => page.getByTestId("decision").first().waitFor(),
  },
  failing: {
    path: ({ takenBack }) => `/rollouts/${takenBack.id}`,
    ready: (page) => page.locator("[data-testid=decision][data-verdict=roll-back]").waitFor(),
  },
};
