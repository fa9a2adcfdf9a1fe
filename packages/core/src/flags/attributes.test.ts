import { expect, it } from "vitest";
import { attributesOf } from "./attributes.ts";

it("names what a rule looks at in the context, and nothing else", () => {
  const rule = {
    if: [
      { and: [{ in: [{ var: "country" }, ["DE"]] }, { "==": [{ var: ["user.plan", { var: "fallback" }] }, "pro"] }] },
      "on",
      { some: [{ var: "roles" }, { "==": [{ var: "name" }, "admin"] }] },
      "on",
      { missing: ["email"] },
      "off",
      { missing_some: [1, ["phone", "fax"]] },
      "off",
      { fractional: [{ cat: [{ var: "$flagd.flagKey" }, { var: "targetingKey" }] }, ["on", 1]] },
    ],
  };

  expect([...attributesOf(rule)]).toEqual([
    "country",
    "user.plan",
    "fallback",
    "roles",
    "email",
    "phone",
    "fax",
    "targetingKey",
  ]);
  expect(attributesOf(undefined).size).toBe(0);
});
