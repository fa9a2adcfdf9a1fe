import fc from "fast-check";
import type { Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";

/** Variants that generated rules may answer. */
export const RANDOM_RULE_VARIANTS = ["on", "off", "true", "false", "a", "1", "0", ""];

const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    1,
    -1,
    2.5,
    "",
    "a",
    "on",
    "off",
    "true",
    "1",
    "abc",
    "1.2.3",
    "x@acme.com",
  ),
  fc.integer({ min: -20, max: 20 }),
);
const list = fc.array(scalar, { maxLength: 4 });
const attribute = fc.constantFrom(
  "s",
  "t",
  "n",
  "m",
  "b",
  "z",
  "list",
  "object.inner",
  "object.deep.er",
  "absent",
  "targetingKey",
);
const variable = fc.oneof(
  attribute.map((name): Json => ({ var: name })),
  fc.tuple(attribute, scalar).map(([name, fallback]): Json => ({ var: [name, fallback] })),
  fc.constant<Json>({ var: "$flagd.flagKey" }),
);

const generated = fc.letrec<{
  rule: Json;
  any: Json;
  text: Json;
  truth: Json;
  comparison: Json;
  element: Json;
  lists: Json;
}>((tie) => {
  const any = tie("any");
  const many = fc.array(any, { minLength: 1, maxLength: 3 });
  const text: fc.Arbitrary<Json> = fc.oneof(
    { arbitrary: fc.constantFrom<Json>("a", "acme", "1.2.3"), weight: 2 },
    fc.constantFrom<Json>({ var: "s" }, { var: "t" }),
    any,
  );
  const operator = (name: string, args: fc.Arbitrary<readonly Json[]>) => args.map((list): Json => ({ [name]: list }));
  const element: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>({ var: "" }, { "===": [{ var: "" }, "a"] }, { "!": [{ var: "inner" }] }, true, "a"),
    fc
      .tuple(fc.constantFrom("==", "<", ">=", "in"), scalar)
      .map(([name, value]): Json => ({ [name]: [{ var: "" }, value] })),
  );
  const lists: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>({ var: "list" }, { var: "absent" }),
    list,
    operator("merge", fc.array(fc.oneof(list, variable), { minLength: 1, maxLength: 3 })),
    operator("filter", fc.tuple(tie("lists"), element)),
    operator("map", fc.tuple(tie("lists"), element)),
  );
  const key: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(
      { var: "targetingKey" },
      { var: "absent" },
      { cat: ["a:", "salt:", { var: "targetingKey" }] },
      { cat: [{ var: "s" }, { var: "n" }] },
    ),
    fc.array(fc.oneof(scalar, variable), { minLength: 2, maxLength: 4 }).map((cat): Json => ({ cat })),
  );
  const arm = fc.oneof(
    fc.tuple(
      fc.constantFrom<Json>("on", "off", "a", null),
      fc.oneof(fc.nat(100), fc.constantFrom<Json>({ var: "n" }, -3, 1_073_741_823, 2.5)),
    ),
    fc.tuple(fc.constantFrom<Json>("on", "off", { if: [{ var: "b" }, "a", "on"] })),
  );
  const arms = fc.array(arm, { minLength: 1, maxLength: 4 });
  return {
    any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, variable, tie("rule"), tie("truth"), list),
    text,
    element,
    lists,
    comparison: fc.oneof(
      fc
        .tuple(fc.constantFrom("==", "===", "!=", "!==", "<", "<=", ">", ">="), any, any)
        .map(([name, a, b]): Json => ({ [name]: [a, b] })),
      fc.tuple(fc.constantFrom("<", "<="), scalar, any, scalar).map(([name, a, b, c]): Json => ({ [name]: [a, b, c] })),
    ),
    truth: fc.oneof(
      operator("and", many),
      operator("or", many),
      operator("in", fc.tuple(any, fc.oneof(list, text))),
      operator("starts_with", fc.tuple(text, text)),
      operator("ends_with", fc.tuple(text, text)),
      tie("comparison"),
      fc
        .tuple(fc.constantFrom("all", "some", "none"), tie("lists"), element)
        .map(([name, a, b]): Json => ({ [name]: [a, b] })),
      fc
        .tuple(
          fc.constantFrom("!", "!!"),
          fc.oneof(
            scalar,
            attribute.filter((name) => name !== "list").map((name): Json => ({ var: name })),
            tie("comparison"),
          ),
        )
        .map(([name, a]): Json => ({ [name]: [a] })),
      fc
        .tuple(
          fc.oneof(text, fc.constantFrom("1.2.3", "v1.2", "2", "1.0.0-rc.1")),
          fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "^", "~"),
          fc.constantFrom("1.2.3", "1.2.3-a.1", "1.0", "x"),
        )
        .map((args): Json => ({ sem_ver: args })),
      operator("missing", fc.array(attribute, { maxLength: 3 })),
      fc.tuple(fc.nat(3), fc.array(attribute, { maxLength: 3 })).map((args): Json => ({ missing_some: args })),
    ),
    rule: fc.oneof(
      { maxDepth: 4 },
      operator("if", fc.tuple(tie("truth"), fc.constantFrom<Json>("on", "a"), any)),
      operator("if", fc.array(any, { minLength: 1, maxLength: 5 })),
      variable,
      tie("truth"),
      operator("cat", fc.array(any, { minLength: 2, maxLength: 3 })),
      fc.tuple(fc.constantFrom("+", "*"), scalar, any).map(([name, a, b]): Json => ({ [name]: [a, b] })),
      fc.tuple(fc.constantFrom("-", "/", "%"), scalar, any).map(([name, a, b]): Json => ({ [name]: [a, b] })),
      fc
        .tuple(
          fc.constantFrom("max", "min"),
          fc.array(fc.oneof(fc.integer(), variable), { minLength: 1, maxLength: 3 }),
        )
        .map(([name, args]): Json => ({ [name]: args })),
      fc.tuple(text, fc.integer({ min: -4, max: 4 })).map((args): Json => ({ substr: args })),
      fc
        .tuple(text, fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }))
        .map((args): Json => ({ substr: args })),
      operator("merge", many),
      fc
        .tuple(
          tie("lists"),
          fc.constantFrom<readonly [Json, Json]>(
            [{ "+": [{ var: "accumulator" }, { var: "current" }] }, 0],
            [{ cat: [{ var: "accumulator" }, { var: "current" }] }, ""],
            [{ max: [{ var: "current" }, { var: "accumulator" }] }, 1],
            [{ merge: [{ var: "current" }, { var: "accumulator" }] }, ["a"]],
          ),
        )
        .map(([source, [body, start]]): Json => ({ reduce: [source, body, start] })),
      arms.map((args): Json => ({ fractional: args })),
      fc.tuple(key, arms).map(([first, rest]): Json => ({ fractional: [first, ...rest] })),
    ),
  };
});

/** A context with the attributes that generated rules look at, each present or not. */
export const randomContext: fc.Arbitrary<EvaluationContext> = fc.record(
  {
    targetingKey: fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.constantFrom("user-1", "")),
    s: fc.oneof(scalar, fc.string({ unit: "grapheme-ascii" })),
    t: fc.constantFrom<Json>("a", "x@acme.com", "1.2.3", "v2.0.0-rc.1", "abc", ""),
    n: fc.oneof(fc.integer({ min: -50, max: 200 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    m: scalar,
    b: fc.boolean(),
    z: fc.constant(null),
    list,
    object: fc.record(
      { inner: scalar, deep: fc.oneof(fc.constant(null), fc.record({ er: scalar })) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** Any targeting that uses any operator, valid or failing when evaluated. */
export const randomRule: fc.Arbitrary<Json> = generated.rule;
