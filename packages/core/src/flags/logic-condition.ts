import type { Json } from "./definition.ts";
import type { CompileOperator, Compute, Expression } from "./logic-expression.ts";
import { isTruthy } from "./logic-value.ts";

/** `if`, `else if`, `else`; without `else` it answers `null`. One argument is answered as it is. */
export const compileIf: CompileOperator = (args, scope) => {
  const last: Json = args.length % 2 === 1 ? (args.at(-1) ?? null) : null;
  let otherwise = scope.compileAnswer(last);
  for (let index = args.length - (args.length % 2) - 2; index >= 0; index -= 2) {
    const condition = scope.compile(args[index] ?? null);
    otherwise = { compute: choosing(condition, scope.compileAnswer(args[index + 1] ?? null), otherwise) };
  }
  return otherwise;
};

function choosing({ compute: condition, both }: Expression, answer: Expression, otherwise: Expression): Compute {
  const otherwiseCompute = otherwise.compute;
  if (answer.constant === undefined) {
    const answerCompute = answer.compute;
    return (data, nowMs) =>
      isMet(condition(data, nowMs)) ? answerCompute(data, nowMs) : otherwiseCompute(data, nowMs);
  }
  const value = answer.compute(undefined, undefined);
  if (both !== undefined) {
    const [first, second] = both;
    return (data, nowMs) =>
      isMet(first(data, nowMs)) && isMet(second(data, nowMs)) ? value : otherwiseCompute(data, nowMs);
  }
  return (data, nowMs) => (isMet(condition(data, nowMs)) ? value : otherwiseCompute(data, nowMs));
}

/** Most conditions are booleans: those are told apart first. */
function isMet(verdict: unknown): boolean {
  return verdict === true || (verdict !== false && isTruthy(verdict));
}

/** The first true operand, else the last. */
export const compileOr: CompileOperator = (args, scope) => {
  const operands = args.map((arg) => scope.compileAnswer(arg).compute);
  return {
    compute: operands.reduceRight((rest, first) => (data, nowMs) => {
      const value = first(data, nowMs);
      return isMet(value) ? value : rest(data, nowMs);
    }),
  };
};

/** The first false operand, else the last. */
export const compileAnd: CompileOperator = (args, scope) => {
  const operands = args.map((arg, index) =>
    index === args.length - 1 ? scope.compileAnswer(arg).compute : scope.compile(arg).compute,
  );
  const compute = operands.reduceRight((rest, first) => (data, nowMs) => {
    const value = first(data, nowMs);
    return isMet(value) ? rest(data, nowMs) : value;
  });
  const [first, second] = operands;
  return operands.length === 2 && first && second ? { compute, both: [first, second] } : { compute };
};

export const compileNot: CompileOperator = ([operand = null], scope): Expression => {
  const { compute } = scope.compile(operand);
  return { compute: (data, nowMs) => !isTruthy(compute(data, nowMs)) };
};

export const compileIsTruthy: CompileOperator = ([operand = null], scope): Expression => {
  const { compute } = scope.compile(operand);
  return { compute: (data, nowMs) => isTruthy(compute(data, nowMs)) };
};
