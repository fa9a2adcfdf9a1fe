import type { Page } from "playwright-core";
import type { Screen } from "./screen.ts";
import type { Story } from "./story.ts";

const inFlight = ({ inFlight: { id } }: Story) => `/rollouts/${id}`;
const takenBack = ({ takenBack: { id } }: Story) => `/rollouts/${id}`;

async function untilDrawn(page: Page): Promise<void> {
  await page.getByTestId("decision").first().waitFor();
  await page.getByTestId("chart").nth(4).locator("canvas").waitFor();
}

/** Brings a part of the page below the bars that stay. */
async function scrollTo(page: Page, testId: string): Promise<void> {
  await untilDrawn(page);
  await page.getByTestId(testId).evaluate((element) => element.scrollIntoView());
}

/** In flight, and taken back. */
export const rollout: Screen = {
  name: "rollout",
  empty: { path: "/rollouts/rol_00000000000000000000", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: inFlight, ready: untilDrawn },
  failing: { path: takenBack, ready: untilDrawn },
};

export const rolloutCharts: Screen = {
  name: "rollout-charts",
  busy: { path: inFlight, ready: (page) => scrollTo(page, "charts") },
  failing: { path: takenBack, ready: (page) => scrollTo(page, "charts") },
};

/** What was decided and done, with the counts of the last decision. */
export const rolloutLog: Screen = {
  name: "rollout-log",
  busy: {
    path: takenBack,
    ready: async (page) => {
      await untilDrawn(page);
      await page
        .getByRole("button", { name: /Counts it was made on/ })
        .first()
        .click();
      await page.getByTestId("decision-counts").waitFor();
      await scrollTo(page, "stages");
    },
  },
};
