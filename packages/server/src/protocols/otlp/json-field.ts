import { OtlpDecodeError } from "./decode-error.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

const UINT64_PATTERN = /^[0-9]{1,20}$/;
const INTEGER_PATTERN = /^-?[0-9]{1,15}$/;

/** @param path where it stands, from the record that the caller looks at */
export function recordAt(value: unknown, path: string): JsonRecord {
  if (!isRecord(value)) throw new OtlpDecodeError(path, "an object expected");
  return value;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of its own; protobuf's JSON mapping reads null as absent. */
export function fieldOf(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? (record[name] ?? undefined) : undefined;
}

/**
 * Reads each object of a list, if there is one.
 *
 * @throws {OtlpDecodeError} with the item's place before what `read` says
 */
export function eachAt(record: JsonRecord, name: string, read: (item: JsonRecord) => void): void {
  const items = fieldOf(record, name);
  if (items === undefined) return;
  if (!Array.isArray(items)) throw new OtlpDecodeError(`/${name}`, "an array expected");
  for (let index = 0; index < items.length; index += 1) {
    try {
      read(recordAt(items[index], ""));
    } catch (error) {
      throw error instanceof OtlpDecodeError ? error.within(`/${name}/${index}`) : error;
    }
  }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** An integer as a number or as a string of digits. */
export function integerOf(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  return typeof value === "string" && INTEGER_PATTERN.test(value) ? Number(value) : undefined;
}

/** Nanoseconds since the epoch as a string of digits or as a number; 0: absent. */
export function nanosecondsOf(value: unknown, path: string): bigint {
  if (value === undefined || value === "") return 0n;
  if (typeof value === "string" && UINT64_PATTERN.test(value)) return BigInt(value);
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return BigInt(Math.trunc(value));
  throw new OtlpDecodeError(path, "nanoseconds expected, as a string of digits");
}
