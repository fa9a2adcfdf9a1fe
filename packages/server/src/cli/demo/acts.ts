import type { StageInput } from "../types.ts";

/** What goes wrong for those who get the candidate; the shop's own words. */
export type Faults = { readonly failureRate: number; readonly latencyFactor: number };

export type Act = {
  readonly flag: string;
  readonly description: string;
  readonly title: string;
  readonly told: string;
  readonly faults: Faults;
  readonly ends: "completed" | "rolled-back";
  /** The signal that must have found it. */
  readonly cause: "errors" | "latency" | undefined;
};

export const SERVICE = "shop";
export const ENVIRONMENT = "production";
export const CANDIDATE = "on";

export const ACTS: readonly Act[] = [
  {
    flag: "fast-search",
    description: "Search with the new index",
    title: "A good candidate",
    told: "The new search works. Watch it reach everybody, no faster than the evidence allows.",
    faults: { failureRate: 0, latencyFactor: 1 },
    ends: "completed",
    cause: undefined,
  },
  {
    flag: "new-checkout",
    description: "Checkout on one page",
    title: "A bad candidate: errors",
    told: "Half of the new checkout's requests will fail. Nobody watches; the guard does.",
    faults: { failureRate: 0.5, latencyFactor: 1 },
    ends: "rolled-back",
    cause: "errors",
  },
  {
    flag: "new-checkout",
    description: "Checkout on one page",
    title: "A bad candidate: slow",
    told: "The errors are mended, but it takes three times as long. No request fails: no error alert would ever fire.",
    faults: { failureRate: 0, latencyFactor: 3 },
    ends: "rolled-back",
    cause: "latency",
  },
];

/**
 * The demo's stages: the default shares, with promises and floors that 250 requests a second can meet in some 15 s
 * each rather than in minutes.
 */
export const DEMO_STAGES: readonly StageInput[] = [
  { share: 0.01, catches: { failureRate: 0.4 }, minSeconds: 5 },
  { share: 0.1, catches: { failureRate: 0.1 }, minSeconds: 5 },
  { share: 0.5, catches: { failureRate: 0.04 }, minSeconds: 5 },
  { share: 1, minSeconds: 0 },
];

/** What a rollout does when nobody names stages; said on screen beside the demo's. */
export const REAL_STAGES: readonly StageInput[] = [
  { share: 0.01, catches: { failureRate: 0.2 }, minSeconds: 60 },
  { share: 0.1, catches: { failureRate: 0.02 }, minSeconds: 120 },
  { share: 0.5, catches: { failureRate: 0.005 }, minSeconds: 300 },
  { share: 1, minSeconds: 0 },
];

/** Watched after completion: 30 minutes by default. */
export const DEMO_WATCH_SECONDS = 5;
