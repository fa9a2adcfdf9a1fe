import type { FlagDefinition, FlagDocument, Json } from "@steadfast/core/flags/definition";

export const STATIC_FLAG = "static-flag";
export const ROLLOUT_FLAG = "new-checkout";
export const COUNTRIES = ["NL", "BE", "LU"];
export const STAFF_DOMAIN = "@acme.com";
export const ROLLOUT_PERCENT = 25;

export type WorkloadContext = {
  readonly targetingKey: string;
  readonly email: string;
  readonly country: string;
  readonly plan: string;
};

/** Contexts in turn matching the rule and not. A power of two, so that a mask picks the next one. */
export const CONTEXT_COUNT = 1_024;

/** Whether the rule matches the context of this index. */
export const isStaff = (index: number): boolean => index % 2 === 0;

export function makeContexts(): readonly WorkloadContext[] {
  const contexts: readonly WorkloadContext[] = Array.from({ length: CONTEXT_COUNT }, (_, index) => {
    const targetingKey = `user-${(index * 7_919 + 104_729).toString(36)}`;
    const country = (isStaff(index) ? COUNTRIES[index % COUNTRIES.length] : ["NL", "DE", "FR"][index % 3]) ?? "NL";
    return {
      targetingKey,
      email: targetingKey + (isStaff(index) ? STAFF_DOMAIN : "@example.org"),
      country,
      plan: "pro",
    };
  });
  // As they come from a request: joined strings would be slower to read, once or always.
  return JSON.parse(JSON.stringify(contexts));
}

function flag(targeting?: Json): FlagDefinition {
  const variants = { on: true, off: false };
  return { state: "ENABLED", variants, defaultVariant: "off", ...(targeting === undefined ? {} : { targeting }) };
}

const rule = (otherwise: Json): Json => ({
  if: [
    { and: [{ ends_with: [{ var: "email" }, STAFF_DOMAIN] }, { in: [{ var: "country" }, COUNTRIES] }] },
    "on",
    otherwise,
  ],
});

/** The flags measured, and others with rules of other forms, as a real set has: an evaluator meets them all. */
export function makeDocument(): FlagDocument {
  const split: Json = {
    fractional: [
      ["on", ROLLOUT_PERCENT],
      ["off", 100 - ROLLOUT_PERCENT],
    ],
  };
  return {
    flags: {
      [STATIC_FLAG]: flag(),
      [ROLLOUT_FLAG]: flag(rule(split)),
      ...Object.fromEntries(OTHER_RULES.map((other, index) => [`other-${index}`, flag(other)])),
    },
  };
}

/** Keys of the other flags. They are evaluated while warming up, not while measuring. */
export function otherKeys(): readonly string[] {
  return OTHER_RULES.map((_, index) => `other-${index}`);
}

const OTHER_RULES: readonly Json[] = [
  { if: [{ "==": [{ var: "plan" }, "pro"] }, "on", "off"] },
  { if: [{ starts_with: [{ var: "targetingKey" }, "user-1"] }, "on", null] },
  { if: [{ or: [{ "==": [{ var: "country" }, "DE"] }, { in: ["@", { var: "email" }] }] }, "on", "off"] },
  { fractional: [{ cat: ["other:", "salt:", { var: "targetingKey" }] }, ["on", 10], ["off", 90]] },
  { if: [{ "!": [{ var: "plan" }] }, "off", { if: [{ in: [{ var: "country" }, ["FR", "DE"]] }, "on", null] }] },
  { if: [{ and: [{ "!=": [{ var: "country" }, "NL"] }, { ">": [{ var: "absent" }, 3] }] }, "on", "off"] },
];
