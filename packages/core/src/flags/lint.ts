import type { DefinitionFault, FlagDefinition, Json } from "./definition.ts";
import { FaultList, quoted } from "./fault-list.ts";
import { pointer } from "./json-measure.ts";
import { isRecord } from "./logic-value.ts";

/**
 * What is valid and yet probably not meant, each with its place and what to do. The definition must have passed
 * `parseFlagDefinition`. O(size).
 */
export function lintFlagDefinition(key: string, definition: FlagDefinition): readonly DefinitionFault[] {
  const warnings = new FaultList();
  if (definition.targeting !== undefined) lintRule(definition.targeting, "/targeting", key, warnings);
  return warnings.all;
}

function lintRule(logic: Json, path: string, key: string, warnings: FaultList): void {
  if (!isRecord(logic)) return;
  if (!Array.isArray(logic)) {
    for (const [operator, operand] of Object.entries(logic)) {
      const at = pointer(path, operator);
      if (operator === "fractional" && Array.isArray(operand)) lintFractional(operand, at, key, warnings);
      if (operator === "and") lintAnd(operand, at, path, warnings);
    }
  }
  for (const [name, part] of Object.entries(logic)) lintRule(part, pointer(path, name), key, warnings);
}

function lintFractional(args: readonly Json[], at: string, key: string, warnings: FaultList): void {
  const [first = null, ...rest] = args;
  const isKeyed = !Array.isArray(first);
  if (isKeyed) lintBucketingKey(first, pointer(at, 0), key, warnings);

  const weights = (isKeyed ? rest : args).map((arm) => (Array.isArray(arm) ? (arm[1] ?? 1) : 1));
  if (weights.every((weight) => weight === 0)) {
    warnings.add(at, "has no weight above 0, so everybody gets the default: give an arm a weight");
  }
}

/** An unsalted key exposes the same people in every flag: they suffer every bad change, and experiments correlate. */
function lintBucketingKey(bucketBy: Json, at: string, key: string, warnings: FaultList): void {
  const attribute = attributeOf(bucketBy);
  if (attribute !== undefined) {
    const salted = JSON.stringify({ cat: [`${key}:`, { var: attribute }] });
    warnings.add(
      at,
      `buckets by ${quoted(attribute)} alone, which picks the same people for every flag: use ${salted}`,
    );
  }
  // Above U+007F the JavaScript flagd providers hash UTF-16 units, all others UTF-8 bytes.
  const text = JSON.stringify(bucketBy);
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) <= 0x7f) continue;
    warnings.add(at, "has a non-ASCII character, which flagd's providers hash differently from one another: use ASCII");
    return;
  }
}

function attributeOf(rule: Json): string | undefined {
  if (!isRecord(rule) || !Object.hasOwn(rule, "var")) return undefined;
  const name = Object.values(rule)[0];
  const attribute = Array.isArray(name) ? name[0] : name;
  return typeof attribute === "string" ? attribute : undefined;
}

/** `{"and": [condition, "on"]}` answers `false`, not the default, for whoever does not meet the condition. */
function lintAnd(operand: Json | undefined, at: string, path: string, warnings: FaultList): void {
  if (path !== "/targeting" || !Array.isArray(operand) || typeof operand.at(-1) !== "string") return;
  warnings.add(
    at,
    `answers "false" when a condition is not met, not the default: use {"if": [condition, variant, null]}`,
  );
}
