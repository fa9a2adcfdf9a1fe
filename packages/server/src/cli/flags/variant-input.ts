import { usageError } from "../cli-error.ts";
import { type JsonInput, readJsonOption } from "../read-input.ts";
import type { FlagDefinition } from "../types.ts";

type Variants = FlagDefinition["variants"];

/**
 * Variants as the command line gives them: one JSON object (or `@file`), or `name=value` one by one. A value is JSON
 * where it reads as such, else text: `on=true`, `limit=20`, `theme=dark`, `config={"a":1}`.
 *
 * @throws {CliError} exit code 2.
 */
export async function readVariants(texts: readonly string[]): Promise<Variants> {
  const variants: Variants = {};
  for (const text of texts) {
    const isDocument = text.startsWith("{") || text.startsWith("@");
    const entries = isDocument ? await readDocument(text) : [readPair(text)];
    for (const [name, value] of entries) {
      if (name in variants) throw usageError(`The variant "${name}" is given twice.`);
      variants[name] = variantValue(name, value);
    }
  }
  return variants;
}

async function readDocument(text: string): Promise<readonly (readonly [string, JsonInput])[]> {
  const document = await readJsonOption("--variants", text);
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw usageError("--variants must be an object of names and values.", `Like {"on":true,"off":false}, or on=true.`);
  }
  return Object.entries(document);
}

function readPair(text: string): readonly [string, JsonInput] {
  const at = text.indexOf("=");
  if (at < 1) {
    throw usageError(`The variant "${text}" has no value.`, 'Write name=value, like on=true, or JSON: {"on":true}.');
  }
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

function parseValue(text: string): JsonInput {
  try {
    const value: JsonInput = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function variantValue(name: string, value: JsonInput): Variants[string] {
  if (value === null || Array.isArray(value)) {
    throw usageError(`The variant "${name}" must be true or false, a text, a number or an object.`);
  }
  return value;
}
