import type { PlanName } from "./plans.ts";

export type StartSearch = { flag?: string; candidate?: string; plan?: PlanName };

const PLANS: readonly PlanName[] = ["careful", "standard", "fast"];

/** What the address says of the form. Kept apart from the page, which is loaded when it is wanted. */
export function readStartSearch(search: Record<string, unknown>): StartSearch {
  const { flag, candidate } = search;
  const plan = PLANS.find((name) => name === search.plan);
  return {
    ...(typeof flag === "string" && flag ? { flag } : {}),
    ...(typeof candidate === "string" && candidate ? { candidate } : {}),
    ...(plan ? { plan } : {}),
  };
}
