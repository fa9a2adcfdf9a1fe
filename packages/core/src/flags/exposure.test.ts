import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDefinition, Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";
import type { Exposure } from "./exposure.ts";
import { exposeCandidate } from "./exposure.ts";
import { AUDIENCE_OPERATORS_MAX, TARGETING_DEPTH_MAX, TARGETING_OPERATORS_MAX } from "./limits.ts";
import { parseAudience, parseFlagDefinition, parseFlagDocument } from "./parse.ts";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

const BASE: Exposure = {
  flagKey: "checkout",
  salt: "7f3a",
  baseline: "off",
  candidate: "new",
  candidateBasisPoints: 2_500,
  rolloutId: "rol_1",
};

/** Serves "off", "vip" and, with a variant of that name, "false" to some; null to the rest. */
const RULES: readonly Json[] = [
  { if: [{ "==": [{ var: "tier" }, "gold"] }, "vip", null] },
  { if: [{ "==": [{ var: "tier" }, "gold"] }, "vip", { if: [{ "==": [{ var: "tier" }, "silver"] }, "off", null] }] },
];

function flag(targeting?: Json, isFalseVariant = false): FlagDefinition {
  return {
    state: "ENABLED",
    variants: { off: "o", new: "n", vip: "v", ...(isFalseVariant ? { false: "f" } : {}) },
    defaultVariant: "off",
    ...(targeting === undefined ? {} : { targeting }),
    metadata: { owner: "payments" },
  };
}

type Evaluate = (context: EvaluationContext) => string | undefined;

function byUs(definition: FlagDefinition): Evaluate {
  const flagSet = compileFlagSet({ flags: { checkout: definition } });
  return (context) => flagSet.evaluate("checkout", context).variant;
}

function byFlagdCore(definition: FlagDefinition, disableDynamicCodeGeneration: boolean): Evaluate {
  const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration });
  core.setConfigurations(JSON.stringify({ flags: { checkout: definition } }));
  return (context) => core.resolveStringEvaluation("checkout", "", JSON.parse(JSON.stringify(context)), silent).variant;
}

const EVALUATORS: readonly (readonly [string, (definition: FlagDefinition) => Evaluate])[] = [
  ["our evaluator", byUs],
  ["flagd-core, generating code", (definition) => byFlagdCore(definition, false)],
  ["flagd-core, interpreting", (definition) => byFlagdCore(definition, true)],
];

const context = fc.record(
  {
    targetingKey: fc.string({ unit: "grapheme-ascii", minLength: 1 }),
    tier: fc.constantFrom("gold", "silver", "none", "zero"),
    email: fc.constantFrom("a@acme.com", "b@else.com"),
  },
  { requiredKeys: [] },
);
const definition = fc.oneof(
  fc.constant(flag()),
  fc.constant(flag({})),
  fc.constantFrom(...RULES).map((rule) => flag(rule)),
  fc.constant(flag({ if: [{ "==": [{ var: "tier" }, "zero"] }, false, { if: [{ var: "tier" }, null, "vip"] }] }, true)),
);
const audience = fc.constantFrom<Json | undefined>(undefined, { ends_with: [{ var: "email" }, "@acme.com"] });
const basisPoints = fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(0, 1, 100, 9_999, 10_000));

describe.each(EVALUATORS)("a rollout through %s", (_, evaluating) => {
  it("keeps whom it exposes as the share grows", () => {
    fc.assert(
      fc.property(
        definition,
        audience,
        basisPoints,
        basisPoints,
        fc.array(context, { maxLength: 20 }),
        (base, who, one, other, contexts) => {
          const small = evaluating(
            exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints: Math.min(one, other) }),
          );
          const large = evaluating(
            exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints: Math.max(one, other) }),
          );

          for (const each of contexts.filter((each) => small(each) === "new")) expect(large(each)).toBe("new");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("leaves whom the flag's own targeting serves their variant", () => {
    fc.assert(
      fc.property(
        definition,
        audience,
        basisPoints,
        fc.array(context, { maxLength: 20 }),
        (base, who, candidateBasisPoints, contexts) => {
          const own = compileFlagSet({ flags: { checkout: base } });
          const exposed = evaluating(exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints }));

          for (const each of contexts) {
            const { reason, variant } = own.evaluate("checkout", each);
            if (reason === "TARGETING_MATCH") expect(exposed(each)).toBe(variant);
            else expect(["off", "new"]).toContain(exposed(each));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives the baseline to whoever has no targeting key, and the candidate to the audience", () => {
    const everybody = evaluating(exposeCandidate(flag(), { ...BASE, candidateBasisPoints: 10_000 }));
    const nobodyElse = evaluating(
      exposeCandidate(flag(RULES[0]), {
        ...BASE,
        candidateBasisPoints: 0,
        audience: { ends_with: [{ var: "email" }, "@acme.com"] },
      }),
    );

    expect([everybody({}), everybody({ targetingKey: "" }), everybody({ targetingKey: "k" })]).toEqual([
      "off",
      "off",
      "new",
    ]);
    expect(nobodyElse({ targetingKey: "k", email: "a@acme.com" })).toBe("new");
    expect(nobodyElse({ targetingKey: "k", email: "a@acme.com", tier: "gold" })).toBe("vip");
    expect(nobodyElse({ targetingKey: "k", email: "a@else.com" })).toBe("off");
  });

  it.each([1, 100, 1_000, 5_000, 9_990])(
    "exposes %d basis points within 4.5 standard errors",
    (candidateBasisPoints) => {
      const people = 20_000;
      const exposed = evaluating(exposeCandidate(flag(RULES[0]), { ...BASE, candidateBasisPoints }));

      let exposures = 0;
      for (let person = 0; person < people; person++)
        if (exposed({ targetingKey: `user-${person}` }) === "new") exposures++;

      const share = candidateBasisPoints / 10_000;
      expect(Math.abs(exposures - people * share)).toBeLessThan(4.5 * Math.sqrt(people * share * (1 - share)));
    },
  );
});

describe("exposeCandidate", () => {
  it("answers as flagd-core for every context, with and without a variant named false", () => {
    fc.assert(
      fc.property(
        definition,
        audience,
        basisPoints,
        fc.array(context, { maxLength: 20 }),
        (base, who, candidateBasisPoints, contexts) => {
          const exposed = exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints });
          const [mine, official] = [byUs(exposed), byFlagdCore(exposed, false)];

          for (const each of contexts) expect(mine(each)).toBe(official(each));
        },
      ),
    );
  });

  it("makes a definition that can be published, whatever could be written", () => {
    fc.assert(
      fc.property(definition, audience, basisPoints, (base, who, candidateBasisPoints) => {
        expect(parseFlagDefinition(base).ok).toBe(true);
        const exposed = exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints });

        expect(parseFlagDocument({ flags: { checkout: exposed } })).toEqual({
          ok: true,
          value: { flags: { checkout: exposed } },
        });
      }),
    );
  });

  it("makes a definition that flagd's own schema takes", () => {
    fc.assert(
      fc.property(definition, audience, basisPoints, (base, who, candidateBasisPoints) => {
        const exposed = exposeCandidate(base, { ...BASE, audience: who, candidateBasisPoints });
        const strict = new MemoryStorage(silent);

        expect(strict.setConfigurations(JSON.stringify({ flags: { checkout: exposed } }), true)).toEqual(["checkout"]);
      }),
    );
  });

  it("makes a definition within what may be published out of the largest that may be written", () => {
    const wide = (count: number): Json => ({ or: Array.from({ length: count - 1 }, () => ({ var: "x" })) });
    const nested = (levels: number): Json => (levels === 1 ? { var: "x" } : { "!": [nested(levels - 1)] });

    for (const [targeting, who] of [
      [wide(TARGETING_OPERATORS_MAX), wide(AUDIENCE_OPERATORS_MAX)],
      [nested(TARGETING_DEPTH_MAX), nested(TARGETING_DEPTH_MAX)],
    ]) {
      const base = flag(targeting, true);
      expect([parseFlagDefinition(base).ok, parseAudience(who).ok]).toEqual([true, true]);
      const exposed = exposeCandidate(base, { ...BASE, audience: who });

      expect(parseFlagDocument({ flags: { checkout: exposed } }).ok).toBe(true);
      expect(compileFlagSet({ flags: { checkout: exposed } }).evaluate("checkout", {}).errorCode).not.toBe(
        "PARSE_ERROR",
      );
    }
  });

  it("changes nothing but metadata when nobody is exposed", () => {
    const base = flag(RULES[0]);

    const exposed = exposeCandidate(base, { ...BASE, candidateBasisPoints: 0 });

    expect(exposed).toEqual({ ...base, metadata: { owner: "payments", steadfastRollout: "rol_1" } });
  });

  it("hashes an explicit, salted key with the candidate first of a fixed total", () => {
    expect(exposeCandidate(flag(), BASE).targeting).toEqual({
      if: [
        { var: "targetingKey" },
        {
          fractional: [
            { cat: ["checkout", ":", "7f3a", ":", { var: "targetingKey" }] },
            ["new", 2_500],
            ["off", 7_500],
          ],
        },
        null,
      ],
    });
  });

  it("refuses a share or a variant that cannot be", () => {
    expect(() => exposeCandidate(flag(), { ...BASE, candidateBasisPoints: 10_001 })).toThrow(RangeError);
    expect(() => exposeCandidate(flag(), { ...BASE, candidate: "__proto__" })).toThrow(/no variant/);
  });
});
