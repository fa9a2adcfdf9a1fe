import { compileFlagSet } from "@steadfast/core/flags/compile";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateAll, evaluateOne, parseContext } from "./evaluate.ts";

const flagSet = compileFlagSet({
  flags: {
    static: { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "on" },
    "code-default": { state: "ENABLED", variants: { on: true }, defaultVariant: null },
    disabled: { state: "DISABLED", variants: { on: true }, defaultVariant: "on" },
    broken: { state: "ENABLED", variants: { on: true }, defaultVariant: "on", targeting: { cat: ["no", "where"] } },
  },
  metadata: { flagSetId: "production" },
});

describe("a single evaluation", () => {
  it("answers with value, variant and reason", () => {
    expect(evaluateOne(flagSet, "static", {}, 0)).toEqual({
      key: "static",
      value: true,
      variant: "on",
      reason: "STATIC",
      metadata: { flagSetId: "production" },
    });
  });

  it.each(["code-default", "disabled"])("leaves the value out so that the code's default is used: %s", (key) => {
    expect(evaluateOne(flagSet, key, {}, 0)).not.toHaveProperty("value");
  });

  it("tells an unknown flag and a variant that does not exist by the protocol's codes", () => {
    expect(evaluateOne(flagSet, "nowhere", {}, 0)).toMatchObject({ key: "nowhere", errorCode: "FLAG_NOT_FOUND" });
    expect(evaluateOne(flagSet, "broken", {}, 0)).toMatchObject({ key: "broken", errorCode: "GENERAL" });
  });
});

it("evaluates every flag at once, failures among them", () => {
  expect(evaluateAll(flagSet, {}, 0).map((answer) => answer.key)).toEqual([
    "static",
    "code-default",
    "disabled",
    "broken",
  ]);
});

describe("a request's context", () => {
  it("may be missing, and keeps its attributes", () => {
    expect(parseContext(undefined)).toEqual({ ok: true, context: {} });
    expect(parseContext({ context: { targetingKey: "u1", country: "de" } })).toEqual({
      ok: true,
      context: { targetingKey: "u1", country: "de" },
    });
  });

  it.each([[{ context: 7 }], [{ context: { targetingKey: 7 } }], [[]], ["text"]])(
    "is refused with INVALID_CONTEXT: %j",
    (body) => {
      expect(parseContext(body)).toMatchObject({ ok: false, failure: { errorCode: "INVALID_CONTEXT" } });
    },
  );

  it("never makes an evaluation throw, whatever it is", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseContext(JSON.parse(text));
        if (parsed.ok) evaluateAll(flagSet, parsed.context, 0);
      }),
    );
  });
});
