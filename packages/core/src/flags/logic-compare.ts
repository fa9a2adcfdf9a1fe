import type { CompileOperator, Compute, Expression } from "./logic-expression.ts";
import { toNumber } from "./logic-value.ts";

type Comparison = (left: unknown, right: unknown) => boolean;

/**
 * The loose comparisons, as json-logic-engine has them: two texts compare as texts, anything else as numbers, and
 * what is no number is a fault rather than a silent `false`.
 */
function loosely(
  byText: (left: string | null, right: string | null) => boolean,
  byNumber: (left: number, right: number) => boolean,
): Comparison {
  return (left, right) =>
    (typeof left === "string" || left === null) && (typeof right === "string" || right === null)
      ? byText(left, right)
      : byNumber(toNumber(left), toNumber(right));
}

const equal: Comparison = loosely(
  (left, right) => left === right,
  (left, right) => left === right,
);
/** `null` orders as JavaScript has it: as 0, which makes it equal to no text but at least as large as itself. */
const order = (value: string | null): string | number => value ?? 0;
const less: Comparison = loosely(
  (left, right) => order(left) < order(right),
  (left, right) => left < right,
);
const atMost: Comparison = loosely(
  (left, right) => order(left) <= order(right),
  (left, right) => left <= right,
);
const greater: Comparison = loosely(
  (left, right) => order(left) > order(right),
  (left, right) => left > right,
);
const atLeast: Comparison = loosely(
  (left, right) => order(left) >= order(right),
  (left, right) => left >= right,
);

export const compileEqual: CompileOperator = (args, scope) => {
  const [left, right] = operands(args, scope);
  const text = right.constant?.value;
  if (left.attribute === undefined || typeof text !== "string") return comparing(equal, left.compute, right.compute);

  const { compute } = left;
  return {
    compute: (data, nowMs) => {
      const value = compute(data, nowMs);
      return typeof value === "string" ? value === text : equal(value, text);
    },
  };
};

export const compileNotEqual: CompileOperator = (args, scope) => negate(compileEqual(args, scope));

export const compileSame: CompileOperator = (args, scope) => {
  const [left, right] = operands(args, scope);
  return comparing((one, other) => one === other, left.compute, right.compute);
};

export const compileNotSame: CompileOperator = (args, scope) => negate(compileSame(args, scope));

export const compileLess: CompileOperator = (args, scope) => compileBetween(less, args, scope);
export const compileAtMost: CompileOperator = (args, scope) => compileBetween(atMost, args, scope);
export const compileGreater: CompileOperator = (args, scope) => compileBetween(greater, args, scope);
export const compileAtLeast: CompileOperator = (args, scope) => compileBetween(atLeast, args, scope);

/** `{"<": [1, {"var": "x"}, 9]}` is 1 < x and x < 9. */
function compileBetween(compare: Comparison, ...[args, scope]: Parameters<CompileOperator>): Expression {
  const [first, second] = operands(args, scope);
  const [, , third] = args;
  if (third === undefined) return comparing(compare, first.compute, second.compute);

  const last = scope.compile(third).compute;
  return {
    compute: (data, nowMs) => {
      const left = first.compute(data, nowMs);
      const middle = second.compute(data, nowMs);
      return compare(left, middle) && compare(middle, last(data, nowMs));
    },
  };
}

function operands(...[[left = null, right = null], scope]: Parameters<CompileOperator>): [Expression, Expression] {
  return [scope.compile(left), scope.compile(right)];
}

function comparing(compare: Comparison, left: Compute, right: Compute): Expression {
  return { compute: (data, nowMs) => compare(left(data, nowMs), right(data, nowMs)) };
}

function negate({ compute }: Expression): Expression {
  return { compute: (data, nowMs) => !compute(data, nowMs) };
}
