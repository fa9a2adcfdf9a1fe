import { compileFlagSet } from "./compile.ts";
import { compileTargeting } from "./compile-targeting.ts";
import type { FlagDefinition, Json } from "./definition.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import { armName, bucketOf, sumOf } from "./fractional.ts";
import { pointer } from "./json-measure.ts";
import { STEPS_MAX } from "./limits.ts";
import type { Usage } from "./logic-expression.ts";
import { isRecord, isTruthy, toText } from "./logic-value.ts";
import { murmurHash } from "./murmur-hash.ts";

/** What was looked at on the way to an answer, in that order. `path` is a JSON pointer into the definition. */
export type ExplanationStep =
  | { readonly kind: "condition"; readonly path: string; readonly isMet: boolean }
  | {
      readonly kind: "bucket";
      readonly path: string;
      /** The text whose hash decides; `null`: there was none, and so no bucket. */
      readonly bucketBy: string | null;
      /** Where the hash lies, 0..1. */
      readonly position: number | null;
      /** Index into the arguments of `fractional`. */
      readonly arm: number | null;
    }
  /** `answer` is a variant's name, `null` the default. An `or` passes over an answer that is false and goes on. */
  | { readonly kind: "answer"; readonly path: string; readonly answer: string | null }
  | { readonly kind: "fault"; readonly path: string; readonly message: string };

export type Explanation = {
  /** What `compileFlagSet` answers. */
  readonly evaluation: Evaluation;
  /** Empty where no rule was looked at: no targeting, a disabled flag, a definition that cannot be used. */
  readonly steps: readonly ExplanationStep[];
  /** The place in the targeting that the answer came from; `null`: no rule answered, or it failed. */
  readonly matchedPath: string | null;
};

/**
 * Evaluates one flag and tells how it came to its answer. The answer is `compileFlagSet`'s own; the steps are found by
 * walking the rule beside it, one operator of control at a time, so they cost some microseconds: for people, not for
 * traffic. At most one step for each operator and answer of the rule.
 *
 * @param definition has passed `parseFlagDefinition`; a published one may hold a rollout's split
 * @param nowMs Unix milliseconds, for `$flagd.timestamp`
 */
export function explainFlag(
  key: string,
  definition: FlagDefinition,
  context: EvaluationContext,
  nowMs: number,
): Explanation {
  const evaluation = compileFlagSet({ flags: { [key]: definition } }).evaluate(key, context, nowMs);
  const { targeting } = definition;
  const isRuled = definition.state === "ENABLED" && isRecord(targeting) && Object.keys(targeting).length > 0;
  if (!isRuled || targeting === undefined || evaluation.errorCode === "PARSE_ERROR") {
    return { evaluation, steps: [], matchedPath: null };
  }
  const walk = new ExplainingWalk(key, context, nowMs);
  const steps = walk.explain(targeting, "/targeting");
  const last = steps.at(-1);
  const isMatch = last?.kind === "answer" && last.answer !== null && evaluation.errorCode === undefined;
  return { evaluation, steps, matchedPath: isMatch ? last.path : null };
}

class ExplainingWalk {
  readonly #steps: ExplanationStep[] = [];
  readonly #flagKey: string;
  readonly #context: EvaluationContext;
  readonly #nowMs: number;
  readonly #usage: Usage = { readsTime: false, isMetered: false, stepsLeft: STEPS_MAX, size: 0 };
  #failedAt: string | undefined;

  constructor(flagKey: string, context: EvaluationContext, nowMs: number) {
    this.#flagKey = flagKey;
    this.#context = context;
    this.#nowMs = nowMs;
  }

  explain(targeting: Json, path: string): readonly ExplanationStep[] {
    try {
      this.#answerOf(targeting, path);
    } catch (fault) {
      this.#steps.push({
        kind: "fault",
        path: this.#failedAt ?? path,
        message: fault instanceof Error ? fault.message : "a value in the context could not be read",
      });
    }
    return this.#steps;
  }

  /** The value of what stands where the rule's answer does. */
  #answerOf(logic: Json, path: string): unknown {
    const [operator, args] = operation(logic);
    if (operator === "if") return this.#answerOfIf(args, pointer(path, operator), path);
    if (operator === "or" || operator === "and") return this.#answerOfJunction(operator, args, pointer(path, operator));
    if (operator === "fractional") return this.#answerOfFractional(args, pointer(path, operator));
    return this.#answered(this.#compute(logic, path), path);
  }

  #answered(value: unknown, path: string): unknown {
    const isNothing = value === null || value === undefined;
    this.#steps.push({ kind: "answer", path, answer: isNothing ? null : toText(value) });
    return value;
  }

  #answerOfIf(args: readonly Json[], at: string, path: string): unknown {
    for (let index = 0; index + 1 < args.length; index += 2) {
      const isMet = this.#isMet(args[index] ?? null, pointer(at, index));
      if (isMet) return this.#answerOf(args[index + 1] ?? null, pointer(at, index + 1));
    }
    if (args.length % 2 === 0) return this.#answered(null, path);
    return this.#answerOf(args.at(-1) ?? null, pointer(at, args.length - 1));
  }

  /** `or` answers the first true operand, `and` the first false one; either its last when there is none. */
  #answerOfJunction(operator: "or" | "and", args: readonly Json[], at: string): unknown {
    for (const [index, arg] of args.slice(0, -1).entries()) {
      const place = pointer(at, index);
      if (operator === "or") {
        const value = this.#answerOf(arg, place);
        if (isTruthy(value)) return value;
      } else {
        const value = this.#compute(arg, place);
        this.#steps.push({ kind: "condition", path: place, isMet: isTruthy(value) });
        if (!isTruthy(value)) return this.#answered(value, place);
      }
    }
    return this.#answerOf(args.at(-1) ?? null, pointer(at, args.length - 1));
  }

  #answerOfFractional(args: readonly Json[], at: string): unknown {
    const isKeyed = !Array.isArray(args[0]);
    const arms = (isKeyed ? args.slice(1) : args).map(splitArm);
    const variants = arms.map(({ variant }) => armName(this.#compute(variant, at)));
    const weights = arms.map(({ weight }) => this.#compute(weight, at));
    const bucketBy = this.#bucketKey(isKeyed ? (args[0] ?? null) : undefined, at);
    const total = sumOf(weights);
    const arm = total === undefined || variants.includes(undefined) ? null : armAt(bucketBy, weights, total);
    const index = arm === null ? null : arm + (isKeyed ? 1 : 0);
    const position = bucketBy === null ? null : murmurHash(bucketBy) / 2 ** 32;
    this.#steps.push({ kind: "bucket", path: at, bucketBy, position, arm: index });
    if (arm === null || index === null) return this.#answered(null, at);
    return this.#answerOf(arms[arm]?.variant ?? null, pointer(pointer(at, index), 0));
  }

  /** @param rule `undefined`: flag key and targeting key */
  #bucketKey(rule: Json | undefined, at: string): string | null {
    if (rule === undefined) {
      const { targetingKey } = this.#context;
      return targetingKey ? this.#flagKey + toText(targetingKey) : null;
    }
    const value = this.#compute(rule, at);
    return typeof value === "string" ? value : null;
  }

  /** Looks into `and`, `or` and `!`, so that a person sees which part it was. */
  #isMet(logic: Json, path: string): boolean {
    const isMet = this.#isMetWithin(logic, path);
    this.#steps.push({ kind: "condition", path, isMet });
    return isMet;
  }

  #isMetWithin(logic: Json, path: string): boolean {
    const [operator, args, isBare] = operation(logic);
    const at = pointer(path, operator);
    if (operator === "and") return args.every((arg, index) => this.#isMet(arg, pointer(at, index)));
    if (operator === "or") return args.some((arg, index) => this.#isMet(arg, pointer(at, index)));
    if (operator === "!" || operator === "!!") {
      const isOperandMet = this.#isMet(args[0] ?? null, isBare ? at : pointer(at, 0));
      return operator === "!!" ? isOperandMet : !isOperandMet;
    }
    return isTruthy(this.#compute(logic, path));
  }

  #compute(logic: Json, path: string): unknown {
    const source = { flagKey: this.#flagKey, evaluators: new Map(), usage: this.#usage, answers: new Map() };
    const { compute } = compileTargeting(logic, source);
    try {
      return compute(this.#context, this.#nowMs);
    } catch (fault) {
      this.#failedAt = path;
      throw fault;
    }
  }
}

/** The one operator of an object with its arguments; `""` for anything else. */
function operation(logic: Json): readonly [operator: string, args: readonly Json[], isBare: boolean] {
  if (!isRecord(logic) || Array.isArray(logic)) return ["", [], false];
  const [entry] = Object.entries(logic);
  if (entry === undefined) return ["", [], false];
  const [operator, operand] = entry;
  return Array.isArray(operand) ? [operator, operand, false] : [operator, [operand], true];
}

function splitArm(arm: Json): { readonly variant: Json; readonly weight: Json } {
  const [variant = null, weight = 1]: readonly Json[] = Array.isArray(arm) ? arm : [];
  return { variant, weight };
}

function armAt(bucketBy: string | null, weights: readonly unknown[], total: number): number | null {
  if (bucketBy === null) return null;
  const bucket = bucketOf(murmurHash(bucketBy), total);
  let cumulative = 0;
  for (const [index, weight] of weights.entries()) {
    cumulative += typeof weight === "number" ? Math.max(0, weight) : 0;
    if (cumulative > bucket) return index;
  }
  return null;
}
