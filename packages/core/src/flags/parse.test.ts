import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { Json } from "./definition.ts";
import {
  DEFINITION_BYTES_MAX,
  FAULTS_MAX,
  TARGETING_DEPTH_MAX,
  TARGETING_OPERATORS_MAX,
  VARIANTS_MAX,
} from "./limits.ts";
import { flagKeyFault, parseFlagDefinition, parseFlagDocument } from "./parse.ts";

const VALID = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" };

/** "path message" of each fault. */
function faultsOf(json: unknown): readonly string[] {
  const parsed = parseFlagDefinition(json);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path} ${message}`);
}

const targeting = (rule: Json) => faultsOf({ ...VALID, targeting: rule });

describe("parseFlagDefinition", () => {
  it("takes a whole definition as it is", () => {
    const json = {
      ...VALID,
      targeting: { if: [{ in: [{ var: "c" }, ["NL"]] }, "on", null] },
      metadata: { owner: "x", n: 1, b: true },
    };

    expect(parseFlagDefinition(json)).toEqual({ ok: true, value: json });
    expect(parseFlagDefinition({ ...VALID, defaultVariant: null, targeting: {} }).ok).toBe(true);
  });

  it.each<[string, unknown, RegExp]>([
    ["no object", [], /^ must be an object, not an array/],
    ["no JSON", { ...VALID, x: 1n }, /^\/x is bigint, which JSON does not have/],
    ["NaN", { ...VALID, variants: { on: Number.NaN } }, /^\/variants\/on is number, which JSON does not have/],
    ["a missing state", { variants: { on: true } }, /^\/state must be "ENABLED" or "DISABLED", but is missing/],
    [
      "an unknown field",
      { ...VALID, defaultVarient: "on" },
      /^\/defaultVarient is not a field .* put your own data in "metadata"/,
    ],
    ["no variants", { ...VALID, defaultVariant: null, variants: {} }, /^\/variants must have at least one/],
    ["variants in a list", { ...VALID, variants: [] }, /^\/variants must be an object .* but is an array/],
    [
      "a null value",
      { state: "ENABLED", variants: { on: null } },
      /^\/variants\/on must be a boolean, string, number or object, not null/,
    ],
    ["a list value", { state: "ENABLED", variants: { on: [] } }, /^\/variants\/on must be .* not an array/],
    [
      "mixed types",
      { state: "ENABLED", variants: { on: true, "a/b": "x" } },
      /^\/variants\/a~1b is a string, but the first variant is a boolean/,
    ],
    ["an unsafe integer", { state: "ENABLED", variants: { n: 2 ** 53 } }, /^\/variants\/n is an integer beyond/],
    ["a nameless variant", { state: "ENABLED", variants: { "": 1 } }, /^\/variants\/ must have a name/],
    ["a name with NUL", { state: "ENABLED", variants: { "a\0": 1 } }, /must have a name without control characters/],
    ["half a character", { state: "ENABLED", variants: { "\ud800": 1 } }, /must have a name without control/],
    ["an unknown default", { ...VALID, defaultVariant: "of" }, /^\/defaultVariant is "of", .* use "on", "off"/],
    ["a default of prototype", { ...VALID, defaultVariant: "constructor" }, /^\/defaultVariant is "constructor"/],
    [
      "a default that is no name",
      { ...VALID, defaultVariant: false },
      /^\/defaultVariant must be a variant's name, or null/,
    ],
    ["metadata of objects", { ...VALID, metadata: { a: {} } }, /^\/metadata\/a must be a string, number or boolean/],
    ["a rule that is no object", { ...VALID, targeting: "on" }, /^\/targeting must be a JSONLogic rule/],
  ])("names the fault: %s", (_, json, fault) => {
    expect(faultsOf(json)).toEqual([expect.stringMatching(fault)]);
  });

  it.each<[string, Json, RegExp]>([
    ["an unknown operator", { equals: [1, 2] }, /^\/targeting\/equals is no operator .* spelling of "equals"/],
    ["an operator of prototype", JSON.parse('{"__proto__":[1]}'), /^\/targeting\/__proto__ is no operator/],
    ["two operators", { "!": [1], "!!": [1] }, /^\/targeting must be an object with one key/],
    ["an empty rule inside", { "!": [{}] }, /^\/targeting\/!\/0 must be an object with one key/],
    [
      "too few arguments",
      { if: [{ "==": [1] }, "on"] },
      /^\/targeting\/if\/0\/== has 1 arguments: "==" takes exactly 2 arguments/,
    ],
    ["bare arguments", { cat: "on" }, /^\/targeting\/cat must be an array of arguments, not a string/],
    ["a computed name", { var: { cat: ["a"] } }, /^\/targeting\/var must be an attribute's name/],
    ["an unknown $flagd", { var: "$flagd.time" }, /^\/targeting\/var is nothing that flagd provides/],
    ["a reference", { if: [{ $ref: "staff" }, "on", null] }, /^\/targeting\/if\/0\/\$ref names no evaluator/],
    [
      "an unknown answer",
      { if: [{ var: "b" }, "onn", null] },
      /^\/targeting\/if\/1 answers "onn".* use "on", "off", or null/,
    ],
    [
      "an unknown answer of an arm",
      {
        fractional: [
          ["on", 1],
          ["out", 1],
        ],
      },
      /^\/targeting\/fractional\/1\/0 answers "out"/,
    ],
    ["a true that is no variant", { or: [{ var: "b" }, true] }, /^\/targeting\/or\/1 answers "true"/],
    ["an arm of three", { fractional: [["on", 1, 1]] }, /^\/targeting\/fractional\/0 must be an arm/],
    ["a negative weight", { fractional: [["on", -1]] }, /^\/targeting\/fractional\/0\/1 must be a weight/],
    ["a constant key", { fractional: ["k", ["on", 1]] }, /^\/targeting\/fractional\/0 must be the rule to bucket by/],
    ["a key without arms", { fractional: [{ var: "k" }] }, /^\/targeting\/fractional has no arms/],
    [
      "a bad comparison",
      { "!": [{ sem_ver: [{ var: "v" }, "==", "1.0.0"] }] },
      /^\/targeting\/!\/0\/sem_ver\/1 must be one of =/,
    ],
    [
      "a bad version",
      { "!": [{ sem_ver: [{ var: "v" }, "=", "one"] }] },
      /^\/targeting\/!\/0\/sem_ver\/2 must be a semantic version/,
    ],
    [
      "a number as affix",
      { "!": [{ ends_with: [{ var: "v" }, 1] }] },
      /^\/targeting\/!\/0\/ends_with\/1 must be a string/,
    ],
    ["a name that is none", { missing: [1] }, /^\/targeting\/missing\/0 must be an attribute's name/],
    ["no list of names", { missing_some: [1, "a"] }, /^\/targeting\/missing_some\/1 must be an array/],
  ])("names the fault in targeting: %s", (_, rule, fault) => {
    expect(targeting(rule)).toEqual([expect.stringMatching(fault)]);
  });

  it("does not look at texts that are no answers", () => {
    expect(
      targeting({
        if: [{ in: ["x", ["y"]] }, { if: [{ "==": [{ var: "a" }, "b"] }, "on", "off"] }, { cat: ["o", "n"] }],
      }),
    ).toEqual([]);
  });

  it("lists all faults at once", () => {
    expect(
      faultsOf({ state: "on", variants: { a: 1, b: "2" }, defaultVariant: "c", targeting: { x: 1 }, y: 1 }),
    ).toHaveLength(5);
  });

  it("bounds size, depth, operators and variants", () => {
    const nested = (levels: number): Json => (levels === 0 ? { var: "x" } : { "!": [nested(levels - 1)] });
    const wide = (count: number): Json => ({ or: Array.from({ length: count }, () => ({ var: "x" })) });
    const many = Object.fromEntries(Array.from({ length: VARIANTS_MAX + 1 }, (_, index) => [`v${index}`, index]));

    expect(targeting(nested(TARGETING_DEPTH_MAX - 1))).toEqual([]);
    expect(targeting(nested(TARGETING_DEPTH_MAX))).toEqual([expect.stringMatching(/nests 33 operators: at most 32/)]);
    expect(targeting(wide(TARGETING_OPERATORS_MAX - 1))).toEqual([]);
    expect(targeting(wide(TARGETING_OPERATORS_MAX))).toEqual([expect.stringMatching(/has 513 operators: at most 512/)]);
    expect(targeting(nested(100_000 - 95_000))).toEqual([expect.stringMatching(/make it flatter/)]);
    expect(faultsOf({ state: "ENABLED", variants: many })).toEqual([expect.stringMatching(/has 65 variants/)]);
    expect(faultsOf({ ...VALID, metadata: { a: "x".repeat(DEFINITION_BYTES_MAX) } })).toEqual([
      expect.stringMatching(/larger than 65536 bytes/),
    ]);
  });
});

describe("parseFlagDocument", () => {
  const parse = (document: unknown) => {
    const parsed = parseFlagDocument(document);
    return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path} ${message}`);
  };

  it("takes evaluators and metadata, and looks into references", () => {
    const rule = { if: [{ $ref: "staff" }, "on", null] };
    const document = {
      flags: { a: { ...VALID, targeting: rule } },
      $evaluators: { staff: { ends_with: [{ var: "email" }, "@acme.com"] } },
      metadata: { flagSetId: "x" },
    };

    expect(parseFlagDocument(document)).toEqual({ ok: true, value: document });
    expect(parse({ ...document, $evaluators: { other: true } })).toEqual([
      expect.stringMatching(/^\/flags\/a\/targeting\/if\/0\/\$ref names no evaluator: use one of "other"/),
    ]);
    expect(parse({ flags: {}, $evaluators: { a: { "!": [{ $ref: "b" }] }, b: true } })).toEqual([
      expect.stringMatching(/^\/\$evaluators\/a\/!\/0\/\$ref cannot stand inside an evaluator/),
    ]);
    expect(
      parse({ flags: { a: { ...VALID, targeting: { $ref: "r" } } }, $evaluators: { r: { if: [1, "out"] } } }),
    ).toEqual([expect.stringMatching(/^\/flags\/a\/targeting\/\$ref answers "out"/)]);
  });

  it("counts the operators of references where they are used", () => {
    const wide = { or: Array.from({ length: 600 }, () => ({ var: "x" })) };
    const targetingOf = (count: number) => ({ or: Array.from({ length: count }, () => ({ $ref: "wide" })) });

    expect(parse({ flags: { a: { ...VALID, targeting: targetingOf(1) } }, $evaluators: { wide } })).toEqual([]);
    expect(parse({ flags: { a: { ...VALID, targeting: targetingOf(2) } }, $evaluators: { wide } })).toEqual([
      expect.stringMatching(/has 1203 operators/),
    ]);
  });

  it("names the fault: a key, no flags, a flag that is none", () => {
    expect(parse({ flags: { "a b": VALID } })).toEqual([
      expect.stringMatching(/^\/flags\/a b "a b" is no flag key: use 1 to 128 letters/),
    ]);
    expect(parse({})).toEqual([expect.stringMatching(/^\/flags must be an object of flags by key, but is missing/)]);
    expect(parse({ flags: { a: 1 } })).toEqual([expect.stringMatching(/^\/flags\/a must be a flag's definition/)]);
  });

  it("keeps a flag named __proto__ apart from the prototype", () => {
    const parsed = parseFlagDocument(JSON.parse(`{"flags":{"__proto__":${JSON.stringify(VALID)}}}`));

    expect(parsed.ok && Object.keys(parsed.value.flags)).toEqual(["__proto__"]);
    expect(Object.hasOwn(Object.prototype, "state")).toBe(false);
  });
});

describe("whatever comes in", () => {
  const word = fc.constantFrom(
    "state",
    "variants",
    "targeting",
    "defaultVariant",
    "flags",
    "$evaluators",
    "$ref",
    "var",
    "if",
    "fractional",
    "__proto__",
    "constructor",
    "on",
    "ENABLED",
    "metadata",
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 6, depthSize: "large" },
      fc.oneof(word, fc.jsonValue({ maxDepth: 1 })),
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(word, fc.string()), tie("json"), { maxKeys: 5 }),
    ),
  }));
  const nearlyFlag = fc.record(
    {
      state: fc.constantFrom("ENABLED", "DISABLED", 1),
      variants: fc.oneof(json, fc.constant({ on: 1 })),
      defaultVariant: fc.oneof(json, fc.constant("on")),
      targeting: json,
      metadata: json,
    },
    { requiredKeys: [] },
  );

  it("is parsed without throwing, with bounded faults, and what passes compiles", () => {
    fc.assert(
      fc.property(fc.oneof(json, nearlyFlag, fc.anything()), (value) => {
        for (const parsed of [
          parseFlagDefinition(value),
          parseFlagDocument(value),
          parseFlagDocument({ flags: { flag: value } }),
        ]) {
          if (!parsed.ok) expect(parsed.faults.length).toSatisfy((count: number) => count > 0 && count <= FAULTS_MAX);
        }
        const parsed = parseFlagDocument({ flags: { flag: value } });
        if (parsed.ok)
          expect(compileFlagSet(parsed.value).evaluate("flag", { targetingKey: "u" }).errorCode).not.toBe(
            "PARSE_ERROR",
          );
      }),
      { numRuns: 3_000 },
    );
  });

  it("ends on cycles and on branches shared without end", () => {
    const cycle: Record<string, unknown> = { ...VALID };
    cycle.targeting = cycle;
    let shared: unknown = "x";
    for (let level = 0; level < 100; level++) shared = [shared, shared];

    expect(faultsOf(cycle)).toEqual([expect.stringMatching(/make it flatter/)]);
    expect(faultsOf({ ...VALID, targeting: { or: shared } })).toEqual([expect.stringMatching(/make it smaller/)]);
  });

  it("takes work in proportion to its size: faults and long keys do not multiply", () => {
    const document = {
      flags: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => ["x".repeat(500) + index, { y: index }])),
    };
    const parsed = parseFlagDocument(document);

    expect(JSON.stringify(parsed).length).toBeLessThan(100_000);
  });
});

describe("flagKeyFault", () => {
  it.each(["a", "new-checkout", "team:flag.v2", "__proto__", "_x", "9"])("takes %s", (key) => {
    expect(flagKeyFault(key)).toBeUndefined();
  });

  it.each(["", "a b", "-a", "é", "a/b", "x".repeat(129), "a\n"])("refuses %j", (key) => {
    expect(flagKeyFault(key)).toMatch(/is no flag key: use/);
  });
});
