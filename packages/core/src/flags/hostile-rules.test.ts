import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDefinition, Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { DEFINITION_BYTES_MAX, SEMANTIC_VERSION_LENGTH_MAX, STEPS_MAX } from "./limits.ts";
import { parseAudience, parseFlagDefinition, parseFlagDocument } from "./parse.ts";
import { parseVersion } from "./semantic-version.ts";

const flag = (targeting: Json): FlagDefinition => ({
  state: "ENABLED",
  variants: { true: 1, false: 0, on: 2 },
  defaultVariant: "on",
  targeting,
});

function evaluate(targeting: Json, context: EvaluationContext) {
  return compileFlagSet({ flags: { flag: flag(targeting) } }).evaluate("flag", context, 0);
}

/** A list whose elements count how often they are read. */
function countedList(length: number) {
  let reads = 0;
  const list: Json[] = Array.from({ length }, () => {
    const element: { [key: string]: Json } = {};
    Object.defineProperty(element, "x", {
      enumerable: true,
      get: () => {
        reads += 1;
        return "a";
      },
    });
    return element;
  });
  return { list, reads: () => reads };
}

describe("a rule that is made to be slow", () => {
  const conditions = (count: number): Json => ({
    or: Array.from({ length: count }, () => ({ "==": [{ var: "x" }, "b"] })),
  });

  it.each([1, 10, 100])("of %i conditions for each element reads no more elements than it has steps", (count) => {
    const { list, reads } = countedList(200_000);

    const evaluation = evaluate({ some: [{ var: "list" }, conditions(count)] }, { list });

    expect(evaluation.errorMessage).toMatch(/too many steps/);
    expect(reads()).toBeLessThanOrEqual(STEPS_MAX);
  });

  it("that iterates inside an iteration reads no more elements than it has steps", () => {
    const { list, reads } = countedList(2_000);
    const inner: Json = { some: [{ var: "list" }, { "==": [{ var: "x" }, "b"] }] };

    const evaluation = evaluate({ some: [{ var: "outer" }, inner] }, { outer: list.map(() => ({ list })), list });

    expect(evaluation.errorMessage).toMatch(/too many steps/);
    expect(reads()).toBeLessThanOrEqual(STEPS_MAX);
  });

  const many = Array.from({ length: 20_000 }, () => "a");
  const long = "a".repeat(60_000);

  it.each<[string, Json]>([
    ["a text is made for each element", { map: [{ var: "many" }, { cat: [long, { var: "" }] }] }],
    ["a text is searched for each element", { filter: [{ var: "many" }, { in: [{ var: "x" }, long] }] }],
    [
      "a list is made for each element",
      { map: [{ var: "many" }, { merge: Array.from({ length: 3_000 }, () => ({ var: "" })) }] },
    ],
    [
      "a long text is carried from element to element",
      { reduce: [{ var: "many" }, { substr: [{ var: "accumulator" }, 0, 59_000] }, long] },
    ],
    ["names are missing for each element", { map: [{ var: "many" }, { missing: many.slice(0, 3_000) }] }],
  ])("is stopped when %s", (_name, targeting) => {
    expect(evaluate(targeting, { many }).errorMessage).toMatch(/too many steps/);
  });

  it("searches a megabyte for a long text, and answers", () => {
    const part = `b${"a".repeat(256_000)}`;
    const text = "a".repeat(768_000);

    expect(evaluate({ in: [{ var: "part" }, { var: "text" }] }, { part, text }).variant).toBe("false");
    expect(evaluate({ in: [{ var: "part" }, { var: "text" }] }, { part, text: text + part }).variant).toBe("true");
  });

  it("does not look at a version that is too long to be one", () => {
    expect(parseVersion(`1.2.${"3".repeat(SEMANTIC_VERSION_LENGTH_MAX)}`)).toBeUndefined();
    expect(evaluate({ sem_ver: [{ var: "v" }, "=", "1.0.0"] }, { v: "1.".repeat(500_000) }).variant).toBe("on");
  });

  it("that is usual is not held up", () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `group-${index}`);
    const isMember: Json = { some: [{ var: "groups" }, { in: [{ var: "" }, ["group-9999", "staff"]] }] };

    expect(evaluate(isMember, { groups }).variant).toBe("true");
    expect(evaluate({ in: ["Firefox", { var: "agent" }] }, { agent: `${"x".repeat(8_000)} Firefox` }).variant).toBe(
      "true",
    );
  });
});

const PROTOTYPES: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const shapeOf = () => PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).join(","));

/** Names that lead to a prototype, in any place of any JSON; made by `JSON.parse`, so that `__proto__` is a key. */
const name = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "isAdmin"),
  fc.constantFrom("state", "variants", "targeting", "defaultVariant", "metadata", "flags", "$evaluators", "if", "var"),
);
const hostile: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(true, null, 1, "ENABLED", "on", "__proto__", "constructor.prototype.isAdmin"),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc
    .array(fc.tuple(name, tie("value")), { maxLength: 4 })
    .map((entries) =>
      JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`),
    ),
})).value;

describe("names that lead to a prototype", () => {
  it("change none, wherever they stand in a definition, an audience, a document or a context", () => {
    const before = shapeOf();
    fc.assert(
      fc.property(hostile, hostile, (json, context) => {
        parseAudience(json);
        parseFlagDocument(json);
        const inFields = { state: "ENABLED", variants: { on: true }, defaultVariant: "on", targeting: json };
        for (const definition of [json, inFields, { ...inFields, variants: json }, { ...inFields, metadata: json }]) {
          const parsed = parseFlagDefinition(definition);
          if (!parsed.ok) continue;
          const set = compileFlagSet({ flags: JSON.parse(`{"__proto__":${JSON.stringify(parsed.value)}}`) });
          const given: EvaluationContext = JSON.parse(JSON.stringify({ x: context }));
          set.evaluate("__proto__", given);
          set.evaluate("constructor", given);
        }

        expect(shapeOf()).toEqual(before);
        expect("isAdmin" in {}).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["__proto__", "constructor", "toString", "constructor.prototype", "__proto__.isAdmin", "list.constructor"])(
    "are attributes that nobody has: %s",
    (attribute) => {
      const targeting: Json = { if: [{ "!!": [{ var: attribute }] }, "true", "false"] };

      expect(evaluate(targeting, { list: [] }).variant).toBe("false");
    },
  );

  it("are variants like any other", () => {
    const variants: FlagDefinition["variants"] = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}');
    const definition = { state: "ENABLED", variants, defaultVariant: "constructor", targeting: { var: "want" } };

    const parsed = parseFlagDefinition(definition);

    expect(parsed.ok).toBe(true);
    if (!parsed.ok) return;
    const set = compileFlagSet({ flags: { flag: parsed.value } });
    const answers = ["__proto__", "constructor", "toString", "valueOf"].map((want) => set.evaluate("flag", { want }));
    expect(answers.map(({ value, errorCode }) => value ?? errorCode)).toEqual([1, 2, 3, "GENERAL"]);
  });

  it("are no flags of a set, and no fault of it", () => {
    const set = compileFlagSet({ flags: {} });

    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(set.evaluate(key, {}).errorCode).toBe("FLAG_NOT_FOUND");
    }
  });
});

describe("any JSON at all", () => {
  it("is read as a definition or refused with faults, and what was read compiles and answers", () => {
    const nearly = fc.record(
      {
        state: fc.constantFrom<unknown>("ENABLED", "DISABLED", "enabled", 1),
        variants: fc.oneof(fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })), fc.jsonValue()),
        defaultVariant: fc.oneof(fc.string({ maxLength: 3 }), fc.constant(null)),
        targeting: fc.oneof(hostile, fc.jsonValue()),
        metadata: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything(), nearly), fc.jsonValue(), (json, context) => {
        const parsed = parseFlagDefinition(json);
        if (!parsed.ok) {
          expect(parsed.faults.length).toBeGreaterThan(0);
          for (const { message } of parsed.faults) expect(message.length).toBeGreaterThan(5);
          return;
        }
        const evaluation = compileFlagSet({ flags: { flag: parsed.value } }).evaluate(
          "flag",
          JSON.parse(`{"x":${JSON.stringify(context)}}`),
        );
        expect(evaluation.errorCode).not.toBe("PARSE_ERROR");
      }),
      { numRuns: 3_000 },
    );
  });

  it("is refused when it is too large or too deep, before anything walks it", () => {
    let deep: Json = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const wide = { x: "x".repeat(DEFINITION_BYTES_MAX) };

    for (const json of [deep, wide]) expect(parseFlagDefinition(json)).toMatchObject({ ok: false });
  });
});
