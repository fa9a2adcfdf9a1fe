/**
 * What JSONLogic says about values: truth, numbers, text. A context is JSON but comes from outside and is not
 * checked, so nothing here trusts more than `typeof`.
 */

/** A rule met a value it cannot work with: the evaluation answers `GENERAL`. Made once, thrown without a stack. */
class TargetingFault extends Error {
  static {
    TargetingFault.prototype.name = "TargetingFault";
  }
}

export const NOT_A_NUMBER = new TargetingFault("an operand of a calculation or comparison is not a number");
export const NOT_A_LIST = new TargetingFault("the operand that should be a list is something else");
export const NOT_SEARCHABLE = new TargetingFault('the second operand of "in" is neither a list nor a string');
export const NOT_A_STRING = new TargetingFault('the first operand of "substr" is not a string');
export const TOO_MUCH_WORK = new TargetingFault("the rule made too many steps, or too long a list or string");

/** An object whose attributes can be read: not `null`, not a list's or a string's methods. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** JSONLogic's truth: as JavaScript's, but an empty list and an empty object are false. */
export function isTruthy(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : isNotEmpty(value);
}

function isNotEmpty(record: object): boolean {
  for (const key in record) if (Object.hasOwn(record, key)) return true;
  return record instanceof Date;
}

/** @throws when the value is no number and no text that reads as one. `null` is 0. */
export function toNumber(value: unknown): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  if (typeof value === "object" && value !== null) throw NOT_A_NUMBER;
  const number = Number(value);
  if (Number.isNaN(number)) throw NOT_A_NUMBER;
  return number;
}

/** Text as JavaScript joins it, without calling a method that a context brings along. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value))
    return value.map((element) => (element === null || element === undefined ? "" : toText(element))).join(",");
  if (value instanceof Date) return Date.prototype.toISOString.call(value);
  return typeof value === "object" && value !== null ? "[object Object]" : String(value);
}
