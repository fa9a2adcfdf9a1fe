import type { Json } from "@steadfast/core/flags/definition";
import type { EvaluationContext } from "@steadfast/core/flags/evaluation";

/** Deeper than this a context is cut off: rules do not look that deep. */
const DEPTH_MAX = 20;
/** Values that are looked at in one context. What lies beyond is `null`: an object that points at itself has no end. */
export const VALUES_MAX = 10_000;

/**
 * An OpenFeature context as rules see it: a `Date` is its ISO 8601 text. A context that is plain JSON already is returned as
 * it is, which costs one pass over its top level.
 */
export function toEvaluationContext(context: unknown): EvaluationContext {
  if (isPlain(context)) return context;
  if (typeof context !== "object" || context === null) return {};
  const { targetingKey, ...attributes } = new JsonCopy().ofRecord(context, DEPTH_MAX);
  return typeof targetingKey === "string" ? { ...attributes, targetingKey } : attributes;
}

/** Whether every attribute is a plain value. Anything nested is looked at by `JsonCopy`. */
function isPlain(context: unknown): context is EvaluationContext {
  if (typeof context !== "object" || context === null) return false;
  for (const [name, value] of Object.entries(context)) {
    const isText = typeof value === "string";
    if (name === "targetingKey" && !isText && value !== undefined) return false;
    if (!isText && typeof value !== "number" && typeof value !== "boolean" && value !== null && value !== undefined) {
      return false;
    }
  }
  return true;
}

class JsonCopy {
  #valuesLeft = VALUES_MAX;

  ofRecord(record: object, depthLeft: number): { readonly [name: string]: Json } {
    return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, this.#ofValue(value, depthLeft)]));
  }

  #ofValue(value: unknown, depthLeft: number): Json {
    if (this.#valuesLeft === 0) return null;
    this.#valuesLeft -= 1;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (typeof value !== "object" || value === null || depthLeft === 0) return null;
    if (Array.isArray(value)) return value.map((item) => this.#ofValue(item, depthLeft - 1));
    return this.ofRecord(value, depthLeft - 1);
  }
}
