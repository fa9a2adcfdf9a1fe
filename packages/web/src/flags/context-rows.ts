import type { EvaluationContext } from "./flag-queries.ts";

/** A context as rows of text; the targeting key has a row of its own. */
export type ContextRow = { readonly id: number; readonly name: string; readonly value: string };

/** Attributes of one context; the server bounds it by its size. */
export const CONTEXT_ROWS_MAX = 50;

export function toRows(context: EvaluationContext): readonly ContextRow[] {
  return Object.entries(context)
    .filter(([name]) => name !== "targetingKey")
    .map(([name, value], id) => ({ id, name, value: valueText(value) }));
}

export function toContext(targetingKey: string, rows: readonly ContextRow[]): EvaluationContext {
  const attributes = rows
    .filter(({ name }) => name.trim() !== "")
    .map(({ name, value }) => [name.trim(), parsed(value)]);
  return { ...(targetingKey === "" ? {} : { targetingKey }), ...Object.fromEntries(attributes) };
}

/** Numbers, true, false, null, lists and objects as JSON has them; anything else, and what is in quotes, is a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** So that reading it again gives the same value: a text that would read as something else stands in quotes. */
function valueText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "";
  return typeof parsed(value) === "string" && parsed(value) === value ? value : JSON.stringify(value);
}
