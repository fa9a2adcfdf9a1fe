import type { Json } from "./definition.ts";
import { type FaultList, kindOf, quoted } from "./fault-list.ts";
import { pointer } from "./json-measure.ts";
import { VARIANTS_MAX } from "./limits.ts";
import { isRecord } from "./logic-value.ts";
import { arityInWords, ITERATING_OPERATORS, OPERATORS, VERSION_COMPARISONS } from "./operators.ts";
import { parseVersion } from "./semantic-version.ts";

/** What a targeting rule was seen to hold. */
export type TargetingSummary = {
  readonly operators: number;
  /** Operators nested in one another, those of substituted evaluators included. */
  readonly depth: number;
  /** Variants it names where its answer comes from, each with the place it was first seen; at most a few above the limit. */
  readonly answers: ReadonlyMap<string, string>;
};

/** The evaluators that `$ref` may name; `undefined` inside an evaluator, where none is allowed. */
export type Evaluators = ReadonlyMap<string, TargetingSummary> | undefined;

/** More answers than this are not kept: a flag has fewer variants, so one of them is already a fault. */
const ANSWERS_KEPT_MAX = VARIANTS_MAX + 1;

/**
 * Checks a targeting rule's form: operators, their arguments, references. The JSON was measured before, so its depth
 * is bounded. O(size): an evaluator is not looked into again where it is referred to.
 */
export function checkTargeting(
  targeting: Json,
  path: string,
  evaluators: Evaluators,
  faults: FaultList,
): TargetingSummary {
  const walk = new TargetingWalk(evaluators, faults);
  walk.expression(targeting, path, { depth: 0, isAnswer: true, isContext: true });
  return { operators: walk.operators, depth: walk.depth, answers: walk.answers };
}

type Place = {
  /** Operators around this one. */
  readonly depth: number;
  /** Its value is the rule's answer, a variant's name. */
  readonly isAnswer: boolean;
  /** It sees the context rather than an element of a list. */
  readonly isContext: boolean;
};

class TargetingWalk {
  operators = 0;
  depth = 0;
  readonly answers = new Map<string, string>();
  readonly #evaluators: Evaluators;
  readonly #faults: FaultList;

  constructor(evaluators: Evaluators, faults: FaultList) {
    this.#evaluators = evaluators;
    this.#faults = faults;
  }

  expression(logic: Json, path: string, place: Place): void {
    if (typeof logic !== "object" || logic === null) {
      if (place.isAnswer) this.#answer(logic, path);
      return;
    }
    if (Array.isArray(logic)) {
      for (const [index, element] of logic.entries()) {
        this.expression(element, pointer(path, index), { ...place, isAnswer: false });
      }
      return;
    }
    const [entry, ...others] = Object.entries(logic);
    if (entry === undefined || others.length > 0) {
      this.#faults.add(path, "must be an object with one key, an operator: nest rules to combine them");
      return;
    }
    const [operator, operand] = entry;
    if (operator === "$ref") this.#reference(operand, pointer(path, operator), place);
    else this.#operator(operator, operand, path, place);
  }

  #answer(value: string | number | boolean | null, path: string): void {
    if (value === null || this.answers.size >= ANSWERS_KEPT_MAX) return;
    const name = String(value);
    if (!this.answers.has(name)) this.answers.set(name, path);
  }

  #reference(name: Json, path: string, place: Place): void {
    if (this.#evaluators === undefined) {
      this.#faults.add(path, "cannot stand inside an evaluator: write the rule out here");
      return;
    }
    const evaluator = typeof name === "string" ? this.#evaluators.get(name) : undefined;
    if (evaluator === undefined) {
      const known = [...this.#evaluators.keys()].slice(0, 5).map(quoted).join(", ");
      const instead = known === "" ? "the document has no $evaluators, write the rule out" : `use one of ${known}`;
      this.#faults.add(path, `names no evaluator: ${instead}`);
      return;
    }
    this.operators += evaluator.operators;
    this.depth = Math.max(this.depth, place.depth + evaluator.depth);
    if (place.isAnswer) for (const answer of evaluator.answers.keys()) this.#answer(answer, path);
  }

  #operator(operator: string, operand: Json, path: string, place: Place): void {
    this.operators++;
    this.depth = Math.max(this.depth, place.depth + 1);

    const arity = OPERATORS.get(operator);
    const at = pointer(path, operator);
    if (arity === undefined) {
      this.#faults.add(at, `is no operator that flagd knows: check the spelling of ${quoted(operator)}`);
      return;
    }
    if (!Array.isArray(operand) && !arity.isBareAllowed) {
      this.#faults.add(
        at,
        `must be an array of arguments, not ${kindOf(operand)}: ${quoted(operator)} takes ${arityInWords(arity)}`,
      );
      return;
    }
    const isBare = !Array.isArray(operand);
    const args: readonly Json[] = isBare ? [operand] : operand;
    if (args.length < arity.minArguments || args.length > arity.maxArguments) {
      this.#faults.add(at, `has ${args.length} arguments: ${quoted(operator)} takes ${arityInWords(arity)}`);
      return;
    }
    this.#arguments(operator, args, at, { ...place, depth: place.depth + 1 }, isBare);
  }

  #arguments(operator: string, args: readonly Json[], at: string, place: Place, isBare: boolean): void {
    if (operator === "var") this.#checkVar(args, at, place, isBare);
    else if (operator === "missing") this.#checkNames(args, at);
    else if (operator === "missing_some") this.#checkMissingSome(args, at);
    else if (operator === "fractional") this.#checkFractional(args, at, place);
    else {
      if (operator === "sem_ver") this.#checkSemVer(args, at);
      if (operator === "starts_with" || operator === "ends_with") this.#checkTexts(args, at);
      for (const [index, arg] of args.entries()) {
        const isAnswer = place.isAnswer && isAnswering(operator, index, args.length);
        const isContext = place.isContext && !(ITERATING_OPERATORS.has(operator) && index === 1);
        this.expression(arg, isBare ? at : pointer(at, index), { ...place, isAnswer, isContext });
      }
    }
  }

  #checkVar([name, fallback]: readonly Json[], at: string, place: Place, isBare: boolean): void {
    const nameAt = isBare ? at : pointer(at, 0);
    const isIndex = typeof name === "number" && Number.isInteger(name) && name >= 0;
    if (typeof name !== "string" && !isIndex) {
      this.#faults.add(nameAt, `must be an attribute's name as a string, such as "user.plan", not ${kindOf(name)}`);
    }
    const isUnknownInjected = typeof name === "string" && name.startsWith("$flagd.");
    if (isUnknownInjected && name !== "$flagd.flagKey" && name !== "$flagd.timestamp") {
      this.#faults.add(nameAt, 'is nothing that flagd provides: use "$flagd.flagKey" or "$flagd.timestamp"');
    }
    if (fallback !== undefined) this.expression(fallback, pointer(at, 1), { ...place, isAnswer: place.isAnswer });
  }

  #checkNames(names: readonly Json[], at: string): void {
    for (const [index, name] of names.entries()) {
      if (typeof name !== "string")
        this.#faults.add(pointer(at, index), `must be an attribute's name as a string, not ${kindOf(name)}`);
    }
  }

  #checkMissingSome([needed, names]: readonly Json[], at: string): void {
    if (typeof needed !== "number")
      this.#faults.add(pointer(at, 0), `must be how many are needed, a number, not ${kindOf(needed)}`);
    if (Array.isArray(names)) this.#checkNames(names, pointer(at, 1));
    else this.#faults.add(pointer(at, 1), `must be an array of attributes' names, not ${kindOf(names)}`);
  }

  #checkTexts(args: readonly Json[], at: string): void {
    for (const [index, arg] of args.entries()) {
      if (typeof arg === "string" || (isRecord(arg) && !Array.isArray(arg))) continue;
      this.#faults.add(pointer(at, index), `must be a string or a rule that gives one, not ${kindOf(arg)}`);
    }
  }

  #checkSemVer([left, comparison, right]: readonly Json[], at: string): void {
    if (typeof comparison !== "string" || !VERSION_COMPARISONS.has(comparison)) {
      this.#faults.add(pointer(at, 1), "must be one of =, !=, <, <=, >, >=, ^, ~");
    }
    for (const [index, version] of [left, comparison, right].entries()) {
      if (index === 1 || (isRecord(version) && !Array.isArray(version))) continue;
      const isVersion = typeof version === "string" && parseVersion(version) !== undefined;
      if (!isVersion)
        this.#faults.add(pointer(at, index), 'must be a semantic version such as "1.2.3", or a rule that gives one');
    }
  }

  #checkFractional(args: readonly Json[], at: string, place: Place): void {
    const [first = null] = args;
    const isKeyed = !Array.isArray(first);
    if (isKeyed && !isRecord(first)) {
      this.#faults.add(
        pointer(at, 0),
        'must be the rule to bucket by, such as {"cat": ["my-flag:", {"var": "targetingKey"}]}, or the first arm',
      );
    }
    if (isKeyed && args.length === 1) this.#faults.add(at, "has no arms: add [variant, weight] pairs");
    if (!isKeyed && !place.isContext) {
      this.#faults.add(
        at,
        "has no targeting key inside a list operator: give it a rule to bucket by as first argument",
      );
    }
    for (const [index, arg] of args.entries()) {
      const argAt = pointer(at, index);
      if (index === 0 && isKeyed) this.expression(arg, argAt, { ...place, isAnswer: false });
      else this.#checkArm(arg, argAt, place);
    }
  }

  #checkArm(arm: Json, at: string, place: Place): void {
    if (!Array.isArray(arm) || arm.length < 1 || arm.length > 2) {
      this.#faults.add(at, 'must be an arm: ["variant", weight] or ["variant"]');
      return;
    }
    const [variant = null, weight = 1]: readonly Json[] = arm;
    if (Array.isArray(variant))
      this.#faults.add(pointer(at, 0), "must be a variant's name or a rule that gives one, not an array");
    else this.expression(variant, pointer(at, 0), place);

    if (isRecord(weight) && !Array.isArray(weight))
      this.expression(weight, pointer(at, 1), { ...place, isAnswer: false });
    else if (typeof weight !== "number" || !Number.isSafeInteger(weight) || weight < 0) {
      this.#faults.add(pointer(at, 1), "must be a weight: an integer from 0, or a rule that gives one");
    }
  }
}

/** Where an operator's own answer is one of its arguments'. The others' answers are computed and not seen from here. */
function isAnswering(operator: string, index: number, count: number): boolean {
  if (operator === "if") return index % 2 === 1 || index === count - 1;
  return operator === "or" || (operator === "and" && index === count - 1);
}
