import { compileFlagSet } from "@steadfast/core/flags/compile";
import type { FlagDocument, Json } from "@steadfast/core/flags/definition";
import { parseFlagDocument } from "@steadfast/core/flags/parse";

/** A snapshot ready to be asked. */
export type Snapshot = {
  /** `metadata.version`; 0 when the document names none (a bundled file written by hand). */
  readonly version: number;
  readonly etag: string | undefined;
  /** As it came, for the file on disk. */
  readonly json: unknown;
  readonly document: FlagDocument;
  readonly flagSet: ReturnType<typeof compileFlagSet>;
};

export type ParsedSnapshot =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly message: string };

/** How many faults of a refused snapshot its message names. */
const FAULTS_NAMED_MAX = 3;

/** Parses and compiles a document. Refuses one that has a fault or belongs to another environment. */
export function toSnapshot(json: unknown, etag: string | undefined, environment: string): ParsedSnapshot {
  const parsed = parseFlagDocument(json);
  if (!parsed.ok) {
    const named = parsed.faults.slice(0, FAULTS_NAMED_MAX).map((fault) => `${fault.path || "/"}: ${fault.message}`);
    const more = parsed.faults.length - named.length;
    return { ok: false, message: `${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}` };
  }
  const { metadata } = parsed.value;
  const setId = metadata?.flagSetId;
  if (setId !== undefined && setId !== environment) {
    return { ok: false, message: `it belongs to the environment "${setId}", not to "${environment}"` };
  }
  const version = Number(metadata?.version ?? 0);
  if (!Number.isSafeInteger(version) || version < 0) {
    return { ok: false, message: `/metadata/version: "${metadata?.version}" is not a whole number` };
  }
  return {
    ok: true,
    snapshot: { version, etag, json, document: parsed.value, flagSet: compileFlagSet(parsed.value) },
  };
}

/** As `toSnapshot`, from text. */
export function readSnapshot(text: string, etag: string | undefined, environment: string): ParsedSnapshot {
  const json = parseJson(text);
  return json.ok ? toSnapshot(json.value, etag, environment) : { ok: false, message: json.message };
}

/** `data` of a `snapshot` event: `{"version":123,"etag":"\"…\"","snapshot":{…}}`. */
export function readSnapshotEvent(data: string, environment: string): ParsedSnapshot {
  const json = parseJson(data);
  if (!json.ok) return { ok: false, message: json.message };
  const { value } = json;
  if (typeof value !== "object" || value === null || !("snapshot" in value)) {
    return { ok: false, message: "the event holds no snapshot" };
  }
  const etag = "etag" in value && typeof value.etag === "string" ? value.etag : undefined;
  return toSnapshot(value.snapshot, etag, environment);
}

/** Keys of the flags that were added, removed or defined differently, sorted. */
export function changedFlags(before: FlagDocument | undefined, after: FlagDocument): string[] {
  const old = before?.flags ?? {};
  const evaluatorsChanged = JSON.stringify(before?.$evaluators) !== JSON.stringify(after.$evaluators);
  const keys = new Set([...Object.keys(old), ...Object.keys(after.flags)]);
  return [...keys]
    .filter((key) => {
      const [a, b] = [JSON.stringify(own(old, key)), JSON.stringify(own(after.flags, key))];
      return a !== b || (evaluatorsChanged && b?.includes('"$ref"'));
    })
    .sort();
}

/** The value of a variant of a flag, whatever the flag's state. */
export function variantValue(document: FlagDocument, flag: string, variant: string) {
  const definition = own(document.flags, flag);
  return definition === undefined ? undefined : own(definition.variants, variant);
}

function own<T>(record: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function parseJson(text: string): { ok: true; value: Json } | { ok: false; message: string } {
  try {
    const value: Json = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, message: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
