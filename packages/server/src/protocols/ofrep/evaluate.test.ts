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
    const { json, errorCode } = evaluateOne(flagSet, "static", {}, 0);

    expect(errorCode).toBeUndefined();
    expect(JSON.parse(json)).toEqual({
      key: "static",
      value: true,
      variant: "on",
      reason: "STATIC",
      metadata: { flagSetId: "production" },
    });
  });

  it.each(["code-default", "disabled"])("leaves the value out so that the code's default is used: %s", (key) => {
    expect(JSON.parse(evaluateOne(flagSet, key, {}, 0).json)).not.toHaveProperty("value");
  });

  it.each([
    ["nowhere", "FLAG_NOT_FOUND"],
    ["broken", "GENERAL"],
  ])("tells by the protocol's codes that it failed: %s, %s", (key, code) => {
    const { json, errorCode } = evaluateOne(flagSet, key, {}, 0);

    expect(errorCode).toBe(code);
    expect(JSON.parse(json)).toEqual({ key, errorCode: code, errorDetails: expect.stringContaining(key) });
  });

  it("writes any key as JSON, and any value", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (key, value) => {
        const flags = { [key]: { state: "ENABLED", variants: { on: value }, defaultVariant: "on" } } as const;
        const ofKey = compileFlagSet({ flags });

        const answer: unknown = JSON.parse(evaluateOne(ofKey, key, {}, 0).json);

        expect(answer).toEqual({ key, reason: "STATIC", variant: "on", value, metadata: {} });
        expect(JSON.parse(evaluateAll(ofKey, {}, 0))).toEqual({ flags: [answer], metadata: {} });
      }),
    );
  });
});

describe("evaluating every flag at once", () => {
  it("answers each as it is answered alone, failures among them", () => {
    const flags = ["static", "code-default", "disabled", "broken"].map((key) => {
      return JSON.parse(evaluateOne(flagSet, key, {}, 0).json);
    });

    expect(JSON.parse(evaluateAll(flagSet, {}, 0))).toEqual({ flags, metadata: { flagSetId: "production" } });
  });

  it("answers each caller for itself, though answers are kept as text", () => {
    const targeting = { if: [{ "==": [{ var: "plan" }, "pro"] }, "on", "off"] };
    const ruled = compileFlagSet({
      flags: { ruled: { state: "ENABLED", variants: { on: 1, off: 0 }, defaultVariant: "off", targeting } },
    });

    const values = ["pro", "free", "pro", "free"].map((plan) => {
      return JSON.parse(evaluateOne(ruled, "ruled", { plan }, 0).json).value;
    });

    expect(values).toEqual([1, 0, 1, 0]);
  });

  it("answers with no flags where there are none", () => {
    expect(JSON.parse(evaluateAll(compileFlagSet({ flags: {} }), {}, 0))).toEqual({ flags: [], metadata: {} });
  });
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
