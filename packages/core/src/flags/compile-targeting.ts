import type { Json } from "./definition.ts";
import { compileFractional } from "./fractional.ts";
import { PUBLISHED_TARGETING_DEPTH_MAX } from "./limits.ts";
import * as arithmetic from "./logic-arithmetic.ts";
import * as comparison from "./logic-compare.ts";
import { compileAnd, compileIf, compileIsTruthy, compileNot, compileOr } from "./logic-condition.ts";
import { compileMissing, compileMissingSome, compileVar } from "./logic-data.ts";
import type { Answer, CompileOperator, Expression, Scope, Usage } from "./logic-expression.ts";
import { constantExpression, InvalidTargetingError } from "./logic-expression.ts";
import * as list from "./logic-list.ts";
import * as text from "./logic-text.ts";
import { isRecord } from "./logic-value.ts";
import { arityInWords, OPERATORS } from "./operators.ts";

const COMPILERS: ReadonlyMap<string, CompileOperator> = new Map([
  ["var", compileVar],
  ["missing", compileMissing],
  ["missing_some", compileMissingSome],
  ["if", compileIf],
  ["or", compileOr],
  ["and", compileAnd],
  ["!", compileNot],
  ["!!", compileIsTruthy],
  ["==", comparison.compileEqual],
  ["!=", comparison.compileNotEqual],
  ["===", comparison.compileSame],
  ["!==", comparison.compileNotSame],
  ["<", comparison.compileLess],
  ["<=", comparison.compileAtMost],
  [">", comparison.compileGreater],
  [">=", comparison.compileAtLeast],
  ["+", arithmetic.compileAdd],
  ["-", arithmetic.compileSubtract],
  ["*", arithmetic.compileMultiply],
  ["/", arithmetic.compileDivide],
  ["%", arithmetic.compileRemainder],
  ["max", arithmetic.compileMax],
  ["min", arithmetic.compileMin],
  ["map", list.compileMap],
  ["filter", list.compileFilter],
  ["reduce", list.compileReduce],
  ["all", list.compileEvery],
  ["some", list.compileSome],
  ["none", list.compileNone],
  ["merge", list.compileMerge],
  ["in", list.compileIn],
  ["cat", text.compileCat],
  ["substr", text.compileSubstr],
  ["starts_with", text.compileStartsWith],
  ["ends_with", text.compileEndsWith],
  ["sem_ver", text.compileSemVer],
  ["fractional", compileFractional],
]);

export type TargetingSource = {
  readonly flagKey: string;
  readonly evaluators: ReadonlyMap<string, Json>;
  readonly usage: Usage;
  /** By variant. */
  readonly answers: ReadonlyMap<string, Answer>;
};

/**
 * Compiles JSONLogic to closures. O(size of the rule with its `$ref`s substituted).
 *
 * @throws {InvalidTargetingError} on an unknown operator, a wrong number of arguments, an unresolved or nested `$ref`
 * and a rule nested too deep: what `parseFlagDefinition` lists with its place.
 */
export function compileTargeting(targeting: Json, source: TargetingSource): Expression {
  return compileAt(targeting, { source, isContext: true, isAnswer: true, isReferenced: false, depth: 0 });
}

type Place = {
  readonly source: TargetingSource;
  readonly isContext: boolean;
  /** What stands here is what the rule answers. */
  readonly isAnswer: boolean;
  readonly isReferenced: boolean;
  /** Arrays and objects around this one. */
  readonly depth: number;
};

function compileAt(logic: Json, place: Place): Expression {
  if (typeof logic === "string") return place.isAnswer ? answerExpression(logic, place) : constantExpression(logic);
  if (!isRecord(logic)) return constantExpression(logic);
  if (place.depth > 2 * PUBLISHED_TARGETING_DEPTH_MAX) throw new InvalidTargetingError("the rule is nested too deep");

  const inner = { ...place, depth: place.depth + 1 };
  if (Array.isArray(logic)) return compileList(logic, inner);

  const [entry, ...others] = Object.entries(logic);
  if (entry === undefined) return constantExpression(logic);
  if (others.length > 0) throw new InvalidTargetingError("an operator is an object with one key");
  const [operator, operand] = entry;
  return operator === "$ref" ? compileReference(operand, inner) : compileOperator(operator, operand, inner);
}

/** A name that is no variant stays a text; it is reported when it is answered. So does "", which `or` passes over. */
function answerExpression(name: string, { source }: Place): Expression {
  const answer = name === "" ? undefined : source.answers.get(name);
  return answer === undefined ? constantExpression(name) : { compute: () => answer, constant: { value: name } };
}

function compileList(elements: readonly Json[], place: Place): Expression {
  const expressions = elements.map((element) => compileAt(element, { ...place, isAnswer: false }));
  const values = expressions.flatMap(({ constant }) => (constant === undefined ? [] : [constant.value]));
  if (values.length === expressions.length) return constantExpression(values);
  place.source.usage.size += elements.length;
  return { compute: (data, nowMs) => expressions.map(({ compute }) => compute(data, nowMs)) };
}

function compileOperator(operator: string, operand: Json, place: Place): Expression {
  const compileOne = COMPILERS.get(operator);
  const arity = OPERATORS.get(operator);
  if (compileOne === undefined || arity === undefined) {
    throw new InvalidTargetingError(`there is no operator ${JSON.stringify(operator)}`);
  }
  if (!Array.isArray(operand) && !arity.isBareAllowed) {
    throw new InvalidTargetingError(`the arguments of ${JSON.stringify(operator)} must be in an array`);
  }
  const args: readonly Json[] = Array.isArray(operand) ? operand : [operand];
  if (args.length < arity.minArguments || args.length > arity.maxArguments) {
    throw new InvalidTargetingError(`${JSON.stringify(operator)} takes ${arityInWords(arity)}`);
  }
  place.source.usage.size += 1 + args.length;
  return compileOne(args, scopeAt(place));
}

function scopeAt(place: Place): Scope {
  return {
    flagKey: place.source.flagKey,
    isContext: place.isContext,
    usage: place.source.usage,
    compile: (logic) => compileAt(logic, { ...place, isAnswer: false }),
    compileAnswer: (logic) => compileAt(logic, place),
    compileForElement: (logic) => compileAt(logic, { ...place, isAnswer: false, isContext: false }),
  };
}

/** flagd substitutes the text of an evaluator; one inside another is not supported. */
function compileReference(name: Json, place: Place): Expression {
  const evaluator = typeof name === "string" ? place.source.evaluators.get(name) : undefined;
  if (evaluator === undefined) throw new InvalidTargetingError(`there is no evaluator ${JSON.stringify(name)}`);
  if (place.isReferenced) throw new InvalidTargetingError('a "$ref" inside an evaluator is not supported');
  return compileAt(evaluator, { ...place, isReferenced: true });
}
