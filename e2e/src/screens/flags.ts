import type { Page } from "playwright-core";
import { untilTried, writeFault } from "../flag-visits.ts";
import { failing, type Screen } from "./screen.ts";

export const flags: Screen = {
  name: "flags",
  empty: { path: "/flags", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: "/flags", prepare: writeRules, ready: (page) => page.getByTestId("flag-row").first().waitFor() },
  failing: {
    path: "/flags",
    prepare: failing("**/api/v1/flags?*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
};

const CONTEXT = encodeURIComponent(JSON.stringify({ targetingKey: "user-7", country: "FR", email: "ada@acme.com" }));

export const flag: Screen = {
  name: "flag",
  empty: { path: "/flags/new-checkout", ready: (page) => page.getByTestId("empty-state").waitFor() },
  busy: { path: `/flags/invoice-pdf?context=${CONTEXT}`, prepare: writeRules, ready: untilTried },
  failing: { path: `/flags/returns-portal?context=${CONTEXT}`, ready: writeFault },
};

export const flagHistory: Screen = {
  name: "flag-history",
  busy: {
    path: "/flags/invoice-pdf?view=history&version=2",
    prepare: writeRules,
    ready: (page) => page.getByTestId("definition-diff").waitFor(),
  },
  narrow: {
    path: "/flags/invoice-pdf?view=code&language=python",
    ready: (page) => page.getByTestId("command-lines").last().waitFor(),
  },
};

const RULES = {
  if: [
    { in: [{ var: "country" }, ["DE", "AT"]] },
    "on",
    { and: [{ ends_with: [{ var: "email" }, "@acme.com"] }, { sem_ver: [{ var: "version" }, ">=", "2.1.0"] }] },
    "on",
    { fractional: [{ cat: ["invoice-pdf:", { var: "targetingKey" }] }, ["on", 10], ["off", 90]] },
  ],
};

/** Gives a flag rules as the person who is signed in; a second time changes nothing. */
async function writeRules(page: Page): Promise<void> {
  await page.request.put("/api/v1/environments/production/flags/invoice-pdf", {
    headers: { "x-steadfast-csrf": "1", "if-match": "*" },
    data: { targeting: RULES, reason: "Germany and Austria first, then one in ten" },
  });
}
