import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDefinition, Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { explainFlag } from "./explain.ts";
import { exposeCandidate } from "./exposure.ts";
import { RANDOM_RULE_VARIANTS, randomContext, randomRule } from "./random-targeting.fixture.ts";

const NOW_MS = 1_795_213_225_999;

function flag(targeting: Json, overrides: Partial<FlagDefinition> = {}): FlagDefinition {
  return { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off", targeting, ...overrides };
}

const explain = (definition: FlagDefinition, context: EvaluationContext) =>
  explainFlag("flag", definition, context, NOW_MS);

describe("an explanation", () => {
  // Goal: what a person is shown is what users get, and the reason shown is the reason.
  it("answers as the evaluation does, and its last step is that answer, for any rule and context", () => {
    const variants = Object.fromEntries(RANDOM_RULE_VARIANTS.map((name) => [name, `value of ${name}`]));
    fc.assert(
      fc.property(randomRule, randomContext, (targeting, context) => {
        const definition = flag(targeting, { variants });
        const evaluated = compileFlagSet({ flags: { flag: definition } }).evaluate("flag", context, NOW_MS);

        const { evaluation, steps, matchedPath } = explain(definition, context);

        expect(evaluation).toEqual(evaluated);
        const last = steps.at(-1);
        if (evaluated.reason === "TARGETING_MATCH") {
          expect(last).toEqual({ kind: "answer", path: matchedPath, answer: evaluated.variant });
        } else if (evaluated.reason === "DEFAULT") {
          expect(last).toMatchObject({ kind: "answer", answer: null });
        } else if (evaluated.errorMessage?.includes("failed")) {
          expect(last?.kind).toBe("fault");
        }
      }),
      { numRuns: 4_000 },
    );
  });

  it("names the condition that was met, those that were not, and the place of the answer", () => {
    const targeting = {
      if: [{ in: [{ var: "country" }, ["DE", "AT"]] }, "on", { "==": [{ var: "plan" }, "pro"] }, "on", "off"],
    };

    const { steps, matchedPath } = explain(flag(targeting), { country: "FR", plan: "pro" });

    expect(steps).toEqual([
      { kind: "condition", path: "/targeting/if/0", isMet: false },
      { kind: "condition", path: "/targeting/if/2", isMet: true },
      { kind: "answer", path: "/targeting/if/3", answer: "on" },
    ]);
    expect(matchedPath).toBe("/targeting/if/3");
  });

  it("looks into and, or and not, as far as evaluation does", () => {
    const condition = { and: [{ "!": { var: "isStaff" } }, { or: [{ var: "beta" }, { var: "alpha" }] }, true] };

    const { steps } = explain(flag({ if: [condition, "on"] }), { alpha: 1 });

    expect(steps.map((step) => [step.path, step.kind === "condition" && step.isMet])).toEqual([
      ["/targeting/if/0/and/0/!", false],
      ["/targeting/if/0/and/0", true],
      ["/targeting/if/0/and/1/or/0", false],
      ["/targeting/if/0/and/1/or/1", true],
      ["/targeting/if/0/and/1", true],
      ["/targeting/if/0/and/2", true],
      ["/targeting/if/0", true],
      ["/targeting/if/1", false],
    ]);
  });

  it("tells the bucket: by what, where in it, and which arm", () => {
    const bucketBy = { cat: ["flag:", { var: "targetingKey" }] };
    const definition = flag({ fractional: [bucketBy, ["on", 10], ["off", 90]] });

    const { evaluation, steps } = explain(definition, { targetingKey: "user-1" });
    const { steps: without } = explain(flag({ fractional: [["on", 10]] }), {});

    const [bucket, answer] = steps;
    expect(bucket).toMatchObject({ kind: "bucket", path: "/targeting/fractional", bucketBy: "flag:user-1" });
    const position = bucket?.kind === "bucket" ? (bucket.position ?? -1) : -1;
    expect(position < 0.1 ? "on" : "off").toBe(evaluation.variant);
    expect(answer).toMatchObject({ kind: "answer", path: expect.stringMatching(/^\/targeting\/fractional\/[12]\/0$/) });
    expect(without[0]).toMatchObject({ bucketBy: null, position: null, arm: null });
  });

  it("goes on from a rule that answers nothing to the split of a rollout", () => {
    const exposure = { flagKey: "flag", salt: "s", baseline: "off", candidate: "on", rolloutId: "rol_1" };
    const own = flag({ if: [{ var: "beta" }, "on", null] });
    const published = exposeCandidate(own, { ...exposure, candidateBasisPoints: 10_000 });

    const { steps, matchedPath } = explain(published, { targetingKey: "u" });

    expect(steps.map(({ kind }) => kind)).toEqual(["condition", "answer", "condition", "bucket", "answer"]);
    expect(matchedPath).toBe("/targeting/or/1/if/1/fractional/1/0");
  });

  it("says at which rule it failed, and nothing where there is no rule", () => {
    const failing = explain(flag({ if: [{ "<": [{ var: "plan" }, 3] }, "on"] }), { plan: "pro" });

    expect(failing.steps).toEqual([
      { kind: "fault", path: "/targeting/if/0", message: "an operand of a calculation or comparison is not a number" },
    ]);
    expect(failing.evaluation.errorCode).toBe("GENERAL");
    expect(explain(flag({}), {}).steps).toEqual([]);
    expect(explain(flag({ var: "v" }, { state: "DISABLED" }), { v: "on" }).steps).toEqual([]);
  });
});
