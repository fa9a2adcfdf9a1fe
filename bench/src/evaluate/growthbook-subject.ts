import { GrowthBookClient, setPolyfills } from "@growthbook/growthbook";
import { immediateSubject, type Subject } from "./subject.ts";
import type { WorkloadContext } from "./workload.ts";
import { COUNTRIES, ROLLOUT_FLAG, ROLLOUT_PERCENT, STAFF_DOMAIN, STATIC_FLAG } from "./workload.ts";

/** It has no `ends_with`: a regular expression is what its documentation gives. */
const STAFF_PATTERN = `${STAFF_DOMAIN.replaceAll(".", "\\.")}$`;
const BY_KEY = { hashAttribute: "targetingKey" };

/** The multi-user client with a payload given in memory; nobody to ask, nobody to tell. */
export function growthBookSubject(contexts: readonly WorkloadContext[]): Subject {
  setPolyfills({
    fetch: () => {
      throw new Error("this benchmark has no network");
    },
  });
  const client = new GrowthBookClient().initSync({ payload: { features: FEATURES } });
  const users = contexts.map((context) => ({ attributes: { ...context } }));
  return immediateSubject("@growthbook/growthbook", false, users, (key, user) => client.isOn(key, user));
}

const on = (condition: object) => ({ defaultValue: false, rules: [{ condition: { ...condition }, force: true }] });

const FEATURES = {
  [STATIC_FLAG]: { defaultValue: false },
  [ROLLOUT_FLAG]: {
    defaultValue: false,
    rules: [
      { condition: { email: { $regex: STAFF_PATTERN }, country: { $in: [...COUNTRIES] } }, force: true },
      { force: true, coverage: ROLLOUT_PERCENT / 100, ...BY_KEY },
    ],
  },
  "other-0": on({ plan: "pro" }),
  "other-1": on({ targetingKey: { $regex: "^user-1" } }),
  "other-2": on({ country: { $in: ["DE"] } }),
  "other-3": { defaultValue: false, rules: [{ force: true, coverage: 0.1, ...BY_KEY }] },
  "other-4": on({ country: { $in: ["FR", "DE"] } }),
  "other-5": on({ country: { $ne: "NL" } }),
};
