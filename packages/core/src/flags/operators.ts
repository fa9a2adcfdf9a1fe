/** How many arguments an operator takes, as flagd's targeting schema has it. */
export type OperatorArity = {
  readonly minArguments: number;
  readonly maxArguments: number;
  /** The one argument may stand without an array around it: `{"!": {"var": "beta"}}`. */
  readonly isBareAllowed?: boolean;
};

const exactly = (count: number): OperatorArity => ({ minArguments: count, maxArguments: count });
const atLeast = (count: number): OperatorArity => ({ minArguments: count, maxArguments: Number.POSITIVE_INFINITY });
const between = (minArguments: number, maxArguments: number): OperatorArity => ({ minArguments, maxArguments });

/**
 * The operators of flagd's targeting schema. A `Map`, so that `constructor` and `__proto__` are no operators.
 *
 * @see https://flagd.dev/schema/v0/targeting.json
 */
export const OPERATORS: ReadonlyMap<string, OperatorArity> = new Map<string, OperatorArity>([
  ["var", { ...between(1, 2), isBareAllowed: true }],
  ["missing", atLeast(0)],
  ["missing_some", exactly(2)],
  ["if", atLeast(1)],
  ["or", atLeast(1)],
  ["and", atLeast(1)],
  ["!", { ...exactly(1), isBareAllowed: true }],
  ["!!", { ...exactly(1), isBareAllowed: true }],
  ["==", exactly(2)],
  ["===", exactly(2)],
  ["!=", exactly(2)],
  ["!==", exactly(2)],
  [">", exactly(2)],
  [">=", exactly(2)],
  ["<", between(2, 3)],
  ["<=", between(2, 3)],
  ["+", atLeast(1)],
  ["-", atLeast(1)],
  ["*", atLeast(2)],
  ["/", exactly(2)],
  ["%", exactly(2)],
  ["max", atLeast(1)],
  ["min", atLeast(1)],
  ["map", exactly(2)],
  ["filter", exactly(2)],
  ["reduce", exactly(3)],
  ["all", exactly(2)],
  ["none", exactly(2)],
  ["some", exactly(2)],
  ["merge", atLeast(1)],
  ["in", exactly(2)],
  ["cat", atLeast(1)],
  ["substr", between(2, 3)],
  ["starts_with", exactly(2)],
  ["ends_with", exactly(2)],
  ["sem_ver", exactly(3)],
  ["fractional", atLeast(1)],
]);

/** Operators whose second argument sees an element of a list instead of the context. */
export const ITERATING_OPERATORS: ReadonlySet<string> = new Set(["map", "filter", "reduce", "all", "none", "some"]);

export const VERSION_COMPARISONS: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">=", "^", "~"]);

/** Arity in words, for messages. */
export function arityInWords({ minArguments, maxArguments }: OperatorArity): string {
  const plural = (count: number) => `${count} argument${count === 1 ? "" : "s"}`;
  if (minArguments === maxArguments) return `exactly ${plural(minArguments)}`;
  if (maxArguments === Number.POSITIVE_INFINITY) return `at least ${plural(minArguments)}`;
  return `${minArguments} to ${plural(maxArguments)}`;
}
