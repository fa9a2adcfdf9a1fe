import type { FlagDefinition, FlagMetadata, FlagValue, Json } from "./definition.ts";
import type { FaultList } from "./fault-list.ts";
import { kindOf, quoted } from "./fault-list.ts";
import { pointer } from "./json-measure.ts";
import { METADATA_ENTRIES_MAX, VARIANT_NAME_LENGTH_MAX, VARIANTS_MAX } from "./limits.ts";
import { isRecord } from "./logic-value.ts";

export type JsonObject = { readonly [key: string]: Json };

/** Holds for what `measureJson` has passed. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && !Array.isArray(value);
}

/** Own fields only: `{"__proto__": …}` and what `Object.prototype` has are no fields. */
export function field(json: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

export function checkFields(json: JsonObject, path: string, known: readonly string[], faults: FaultList): void {
  for (const name of Object.keys(json)) {
    if (faults.isFull) return;
    if (!known.includes(name)) {
      faults.add(
        pointer(path, name),
        `is not a field of flagd's format (${known.join(", ")}): put your own data in "metadata"`,
      );
    }
  }
}

export function readVariants(
  json: Json | undefined,
  path: string,
  faults: FaultList,
): FlagDefinition["variants"] | undefined {
  if (!isJsonObject(json)) {
    faults.add(path, `must be an object of values by name, such as {"on": true, "off": false}, but is ${kindOf(json)}`);
    return undefined;
  }
  const entries = Object.entries(json);
  if (entries.length === 0) faults.add(path, 'must have at least one variant, such as "on"');
  if (entries.length > VARIANTS_MAX)
    faults.add(path, `has ${entries.length} variants: a flag has at most ${VARIANTS_MAX}`);

  const values: [string, FlagValue][] = [];
  const type = entries[0] && kindOf(entries[0][1]);
  for (const [name, value] of entries) {
    const at = pointer(path, name);
    if (name === "" || name.length > VARIANT_NAME_LENGTH_MAX) {
      faults.add(at, `must have a name of 1 to ${VARIANT_NAME_LENGTH_MAX} characters`);
    }
    if (/\p{Cc}/u.test(name) || !name.isWellFormed())
      faults.add(
        at,
        "must have a name without control characters and of whole characters: not every store can hold it",
      );
    if (!isFlagValue(value)) faults.add(at, `must be a boolean, string, number or object, not ${kindOf(value)}`);
    else if (kindOf(value) !== type)
      faults.add(at, `is ${kindOf(value)}, but the first variant is ${type}: all have one type`);
    else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      faults.add(at, "is an integer beyond ±(2^53 − 1), which not every language can read: use a string");
    } else values.push([name, value]);
  }
  return Object.fromEntries(values);
}

function isFlagValue(value: Json): value is FlagValue {
  return value !== null && !Array.isArray(value);
}

export function readDefaultVariant(
  json: Json | undefined,
  variants: FlagDefinition["variants"] | undefined,
  path: string,
  faults: FaultList,
): string | null | undefined {
  if (json === undefined || json === null) return json;
  if (typeof json !== "string") {
    faults.add(path, `must be a variant's name, or null to use the caller's default, not ${kindOf(json)}`);
    return undefined;
  }
  if (variants !== undefined && !Object.hasOwn(variants, json)) {
    faults.add(path, `is ${quoted(json)}, which is none of the variants: use ${namesOf(variants)}`);
  }
  return json;
}

export function readMetadata(json: Json | undefined, path: string, faults: FaultList): FlagMetadata | undefined {
  if (json === undefined) return undefined;
  if (!isJsonObject(json)) {
    faults.add(path, `must be an object, not ${kindOf(json)}`);
    return undefined;
  }
  const entries = Object.entries(json);
  if (entries.length > METADATA_ENTRIES_MAX) {
    faults.add(path, `has ${entries.length} entries: at most ${METADATA_ENTRIES_MAX} are allowed`);
  }
  const values: [string, boolean | string | number][] = [];
  for (const [name, value] of entries) {
    if (typeof value === "object" && value !== null)
      faults.add(pointer(path, name), `must be a string, number or boolean, not ${kindOf(value)}`);
    else if (value === null)
      faults.add(pointer(path, name), "must be a string, number or boolean, not null: leave it out");
    else values.push([name, value]);
  }
  return Object.fromEntries(values);
}

export function namesOf(variants: FlagDefinition["variants"]): string {
  const names = Object.keys(variants);
  return names.slice(0, 5).map(quoted).join(", ") + (names.length > 5 ? ", …" : "");
}
