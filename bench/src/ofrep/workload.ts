/** A page of a shop asks for about this many. */
export const FLAG_COUNT = 20;
const SINGLE_FLAG = "flag-0";

export const SINGLE_PATH = `/ofrep/v1/evaluate/flags/${SINGLE_FLAG}`;
export const BULK_PATH = "/ofrep/v1/evaluate/flags";

export const CONTEXT = {
  context: { targetingKey: "user-4711", email: "ada@example.org", country: "NL", plan: "pro", version: "2.14.3" },
};

/** Bodies of `POST /api/v1/flags`: each second one with a rule and a share, the others static. */
export function makeFlags(): readonly object[] {
  return Array.from({ length: FLAG_COUNT }, (_, index) => {
    const key = `flag-${index}`;
    const share = { fractional: [{ cat: [key, ":salt:", { var: "targetingKey" }] }, ["on", 2_500], ["off", 7_500]] };
    const targeting = { if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", share] };
    return { key, owner: "bench", ...(index % 2 === 0 ? { targeting } : {}) };
  });
}
