import type { Json } from "./definition.ts";
import { isRecord } from "./logic-value.ts";
import { ITERATING_OPERATORS } from "./operators.ts";

/**
 * The context's attributes that a targeting rule looks at, in the order of their first appearance: what `var`,
 * `missing` and `missing_some` name, without what flagd provides and without the elements of lists. O(size).
 */
export function attributesOf(targeting: Json | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  if (targeting !== undefined) collect(targeting, true, names);
  return names;
}

function collect(logic: Json, isContext: boolean, names: Set<string>): void {
  if (!isRecord(logic)) return;
  if (Array.isArray(logic)) {
    for (const part of logic) collect(part, isContext, names);
    return;
  }
  for (const [operator, operand] of Object.entries(logic)) {
    if (operator === "var" || operator === "missing" || operator === "missing_some") {
      if (isContext) addNames(operator, operand, names);
    }
    if (operator === "var" && Array.isArray(operand)) collect(operand.slice(1), isContext, names);
    if (operator.startsWith("missing") || operator === "var") continue;
    const isIterating = ITERATING_OPERATORS.has(operator) && Array.isArray(operand);
    if (!isIterating) collect(operand, isContext, names);
    else for (const [index, part] of operand.entries()) collect(part, isContext && index !== 1, names);
  }
}

function addNames(operator: "var" | "missing" | "missing_some", operand: Json, names: Set<string>): void {
  const given = operator === "missing_some" && Array.isArray(operand) ? operand[1] : operand;
  const all: readonly Json[] = Array.isArray(given) ? given : [given ?? null];
  for (const name of operator === "var" ? all.slice(0, 1) : all) {
    if (typeof name === "string" && name !== "" && !name.startsWith("$flagd")) names.add(name);
  }
}
