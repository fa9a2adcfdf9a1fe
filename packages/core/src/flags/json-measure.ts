import type { DefinitionFault } from "./definition.ts";
import { JSON_DEPTH_MAX } from "./limits.ts";
import { isRecord } from "./logic-value.ts";

/** UTF-16 units of a key shown in a path: a longer one is cut, or a hostile key would fill every fault. */
const SEGMENT_LENGTH_MAX = 256;

/** A JSON pointer one step further. @see https://www.rfc-editor.org/rfc/rfc6901 */
export function pointer(path: string, segment: string | number): string {
  const name = String(segment);
  const shown = name.length > SEGMENT_LENGTH_MAX ? `${name.slice(0, SEGMENT_LENGTH_MAX)}…` : name;
  return `${path}/${shown.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

type Measure = { bytesLeft: number; fault: DefinitionFault | undefined };

/**
 * Says why a value is no JSON of a bearable size, before anything walks it. O(bytesMax) whatever comes in: cycles end
 * at the depth, shared branches at the size.
 *
 * @param bytesMax bound on the UTF-8 bytes of the value's compact JSON
 */
export function measureJson(value: unknown, bytesMax: number): DefinitionFault | undefined {
  const measure: Measure = { bytesLeft: bytesMax, fault: undefined };
  measureAt(value, "", 1, measure);
  if (measure.fault === undefined && measure.bytesLeft < 0) {
    return { path: "", message: `is larger than ${bytesMax} bytes of JSON: make it smaller` };
  }
  return measure.fault;
}

function measureAt(value: unknown, path: string, depth: number, measure: Measure): void {
  if (value === null || typeof value === "boolean") {
    measure.bytesLeft -= value === false ? 5 : 4;
  } else if (typeof value === "number" && Number.isFinite(value)) {
    measure.bytesLeft -= String(value).length;
  } else if (typeof value === "string") {
    measure.bytesLeft -= bytesOf(value, measure.bytesLeft);
  } else if (!isRecord(value)) {
    measure.fault = { path, message: `is ${typeof value}, which JSON does not have: use a JSON value` };
  } else if (depth > JSON_DEPTH_MAX) {
    measure.fault = { path: "", message: `nests more than ${JSON_DEPTH_MAX} arrays and objects: make it flatter` };
  } else {
    measureEntries(value, path, depth, measure);
  }
}

function measureEntries(record: object, path: string, depth: number, measure: Measure): void {
  const isArray = Array.isArray(record);
  const entries = Object.entries(record);
  measure.bytesLeft -= 2 + Math.max(0, entries.length - 1);
  for (const [key, value] of entries) {
    if (!isArray) measure.bytesLeft -= 1 + bytesOf(key, measure.bytesLeft);
    if (measure.bytesLeft < 0 || measure.fault !== undefined) return;
    measureAt(value, pointer(path, key), depth + 1, measure);
  }
}

/** Bytes of a string in JSON: quoted, control characters and lone surrogates escaped. Stops counting at `enough`. */
function bytesOf(text: string, enough: number): number {
  if (text.length > enough) return text.length;
  let bytes = 2;
  for (let index = 0; index < text.length; index++) {
    const point = text.codePointAt(index) ?? 0;
    if (point > 0xffff) index++;
    bytes += bytesOfPoint(point);
  }
  return bytes;
}

function bytesOfPoint(point: number): number {
  const hasShortEscape = point === 0x22 || point === 0x5c || (point >= 0x08 && point <= 0x0d && point !== 0x0b);
  if (hasShortEscape) return 2;
  if (point < 0x20 || (point >= 0xd800 && point <= 0xdfff)) return 6;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
