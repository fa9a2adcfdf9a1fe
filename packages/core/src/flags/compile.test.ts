import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDefinition, FlagDocument, Json } from "./definition.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";

const NOW_MS = 1_795_213_225_999;

function flag(overrides: Partial<FlagDefinition> = {}): FlagDefinition {
  return { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off", ...overrides };
}

function evaluate(
  definition: FlagDefinition,
  context: EvaluationContext = {},
  rest: Partial<FlagDocument> = {},
): Evaluation {
  return compileFlagSet({ flags: { flag: definition }, ...rest }).evaluate("flag", context, NOW_MS);
}

describe("a flag", () => {
  it("without targeting is static, and one result serves every evaluation", () => {
    const flagSet = compileFlagSet({ flags: { flag: flag(), empty: flag({ targeting: {} }) } });

    expect(flagSet.evaluate("flag", {})).toEqual({ value: false, variant: "off", reason: "STATIC", metadata: {} });
    expect(flagSet.evaluate("empty", {}).reason).toBe("STATIC");
    expect(flagSet.evaluate("flag", { a: 1 })).toBe(flagSet.evaluate("flag", {}));
  });

  it("without a default variant has no value: the caller's default holds", () => {
    const { defaultVariant: _, ...withoutDefault } = flag();
    const answer = { reason: "DEFAULT", metadata: {} };

    expect(evaluate(flag({ defaultVariant: null }))).toEqual(answer);
    expect(evaluate(withoutDefault)).toEqual(answer);
    expect(evaluate(flag({ defaultVariant: null, targeting: { var: "absent" } }))).toEqual(answer);
    expect(evaluate(flag({ defaultVariant: null, targeting: { var: "v" } }), { v: "on" }).value).toBe(true);
  });

  it("that is disabled has neither value nor variant", () => {
    expect(evaluate(flag({ state: "DISABLED", targeting: { var: "v" } }), { v: "on" })).toEqual({
      reason: "DISABLED",
      metadata: {},
    });
  });

  it("whose targeting answers null serves the default with reason DEFAULT", () => {
    expect(evaluate(flag({ targeting: { if: [{ var: "beta" }, "on", null] } }))).toEqual({
      value: false,
      variant: "off",
      reason: "DEFAULT",
      metadata: {},
    });
  });

  it("maps true, false and numbers to variants of that name", () => {
    const variants = { true: "t", false: "f", 1: "one", off: "o" };
    const answer = (value: Json) => evaluate(flag({ variants, targeting: { var: "v" } }), { v: value });

    expect([answer(true).variant, answer(false).variant, answer(1).variant]).toEqual(["true", "false", "1"]);
  });

  it("whose targeting answers no variant is an error that names it", () => {
    const { reason, errorCode, errorMessage, value } = evaluate(flag({ targeting: { cat: ["o", "ff", "x"] } }));

    expect({ reason, errorCode, value }).toEqual({ reason: "ERROR", errorCode: "GENERAL", value: undefined });
    expect(errorMessage).toContain('"offx", which is none of its variants: "on", "off"');
  });

  it("that is not there is FLAG_NOT_FOUND with the set's metadata, prototype names included", () => {
    const flagSet = compileFlagSet({ flags: {}, metadata: { version: "1" } });

    for (const key of ["absent", "constructor", "__proto__", "toString"]) {
      expect(flagSet.evaluate(key, {})).toMatchObject({
        reason: "ERROR",
        errorCode: "FLAG_NOT_FOUND",
        metadata: { version: "1" },
      });
    }
  });

  it("carries its own metadata over the set's", () => {
    const rest = { metadata: { flagSetId: "production", owner: "nobody" } };

    expect(evaluate(flag({ metadata: { owner: "payments" } }), {}, rest).metadata).toEqual({
      flagSetId: "production",
      owner: "payments",
    });
  });

  it.each<[string, Json]>([
    ["an unknown operator", { frobnicate: [1] }],
    ["a wrong number of arguments", { "==": [1] }],
    ["two operators in one object", { "!": [1], "!!": [1] }],
    ["a reference to nothing", { $ref: "absent" }],
    ["a nested reference", { $ref: "nested" }],
    ["a broken arm", { fractional: [["on", 1, 2]] }],
  ])("with %s answers PARSE_ERROR, and the others are served", (_, targeting) => {
    const document = {
      flags: { bad: flag({ targeting }), good: flag() },
      $evaluators: { nested: { $ref: "other" }, other: true },
    };
    const flagSet = compileFlagSet(document);

    expect(flagSet.evaluate("bad", {})).toMatchObject({ reason: "ERROR", errorCode: "PARSE_ERROR" });
    expect(flagSet.evaluate("good", {}).reason).toBe("STATIC");
  });

  it("substitutes evaluators", () => {
    const targeting = { if: [{ $ref: "isStaff" }, "on", null] };
    const $evaluators = { isStaff: { ends_with: [{ var: "email" }, "@acme.com"] } };

    expect(evaluate(flag({ targeting }), { email: "a@acme.com" }, { $evaluators }).variant).toBe("on");
    expect(evaluate(flag({ targeting }), { email: "a@else.com" }, { $evaluators }).variant).toBe("off");
  });

  it("sees its key and the time in seconds, and nothing a context puts in their place", () => {
    const variants = { flag: 1, "1795213225": 2, off: 0 };
    const forged = { $flagd: { flagKey: "off", timestamp: "off" } };

    expect(evaluate(flag({ variants, targeting: { var: "$flagd.flagKey" } }), forged).variant).toBe("flag");
    expect(evaluate(flag({ variants, targeting: { var: "$flagd.timestamp" } }), forged).variant).toBe("1795213225");
    expect(compileFlagSet({ flags: { flag: flag({ targeting: { var: "$flagd.timestamp" } }) } }).readsTime).toBe(true);
    expect(compileFlagSet({ flags: { flag: flag({ targeting: { var: "plan" } }) } }).readsTime).toBe(false);
  });
});

describe("hostile input", () => {
  it("cannot change what is served next", () => {
    const document: FlagDocument = { flags: { flag: flag({ variants: { off: { list: [1] } } }) } };
    const flagSet = compileFlagSet(document);
    const { value } = flagSet.evaluate("flag", {});

    expect(Object.isFrozen(value)).toBe(true);
    expect(() => Object.assign(Object(value).list, { 0: 2 })).toThrow(TypeError);
    expect(value).toEqual({ list: [1] });
  });

  it("reads own attributes only", () => {
    const variants = { off: 0, Object: 1, "[object Object]": 2, own: 3 };
    const read = (path: string, context: EvaluationContext) =>
      evaluate(flag({ variants, targeting: { var: path } }), context).variant;

    expect(read("constructor.name", {})).toBe("off");
    expect(read("__proto__", {})).toBe("off");
    expect(read("toString", {})).toBe("off");
    expect(read("__proto__.x", JSON.parse('{"__proto__":{"x":"own"}}'))).toBe("own");
    expect(read("constructor", JSON.parse('{"constructor":"own"}'))).toBe("own");
  });

  it("serves flags and variants named like prototype members", () => {
    const document: FlagDocument = JSON.parse(
      '{"flags":{"__proto__":{"state":"ENABLED","variants":{"__proto__":"p","constructor":"c"},"defaultVariant":"__proto__","targeting":{"var":"v"}}}}',
    );
    const flagSet = compileFlagSet(document);

    expect(flagSet.keys()).toEqual(["__proto__"]);
    expect(flagSet.evaluate("__proto__", {}).value).toBe("p");
    expect(flagSet.evaluate("__proto__", { v: "constructor" }).value).toBe("c");
    expect(flagSet.evaluate("__proto__", { v: "toString" }).errorCode).toBe("GENERAL");
  });

  it("in a context never makes an evaluation throw", () => {
    let deep: Json = ["x"];
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const trap = new Proxy({}, { get: () => fc.assert(fc.property(fc.constant(1), () => false)) });
    const bombs: readonly unknown[] = [
      deep,
      trap,
      { toString: 1 },
      Symbol.iterator,
      1n,
      Number.NaN,
      () => "on",
      new Date(Number.NaN),
    ];
    const rules: readonly Json[] = [
      { cat: ["a", { var: "x" }] },
      { "==": [{ var: "x" }, 1] },
      { in: [{ var: "x" }, "abc"] },
      { fractional: [{ cat: ["s", { var: "x" }] }, ["on", 1]] },
      { sem_ver: [{ var: "x" }, "=", "1.0.0"] },
      { "!!": [{ var: "x.y.z" }] },
      { map: [{ var: "x" }, { var: "" }] },
    ];

    for (const targeting of rules) {
      const flagSet = compileFlagSet({ flags: { flag: flag({ targeting }) } });
      for (const x of bombs)
        expect(
          flagSet.evaluate(
            "flag",
            JSON.parse("{}", () => ({ x })),
          ).reason,
        ).toMatch(/^[A-Z_]+$/);
    }
    const read = compileFlagSet({ flags: { flag: flag({ targeting: { var: "x" } }) } });
    expect(read.evaluate("flag", Object(trap)).errorCode).toBe("GENERAL");
    expect(read.evaluate("flag", Object(null)).reason).toBe("DEFAULT");
  });

  it("cannot make a rule work for long or grow without bound", () => {
    const list = Array.from({ length: 2_000 }, (_, index) => index);
    const nested = { some: [{ var: "list" }, { some: [{ var: "" }, false] }] };
    const square = { some: [{ var: "pairs" }, { some: [{ var: "list" }, false] }] };
    const doubling = { reduce: [{ var: "list" }, { merge: [{ var: "accumulator" }, { var: "accumulator" }] }, ["x"]] };
    const growing = { reduce: [{ var: "list" }, { cat: [{ var: "accumulator" }, { var: "accumulator" }] }, "x"] };
    const pairs = list.map(() => ({ list }));

    expect(evaluate(flag({ targeting: nested }), { list }).errorCode).toBe("GENERAL");
    for (const targeting of [square, doubling, growing]) {
      expect(evaluate(flag({ targeting }), { list, pairs }).errorMessage).toMatch(/too many steps, or too long/);
    }
  });

  it("nested deeper than a published rule may be is a PARSE_ERROR", () => {
    let targeting: Json = { var: "x" };
    for (let level = 0; level < 50_000; level++) targeting = { "!": [targeting] };

    expect(evaluate(flag({ targeting })).errorCode).toBe("PARSE_ERROR");
  });
});
