import type { TargetingSummary } from "./check-targeting.ts";
import { checkTargeting } from "./check-targeting.ts";
import type { FlagDefinition, FlagDocument, Json, Parsed } from "./definition.ts";
import { FaultList, kindOf, quoted } from "./fault-list.ts";
import { measureJson, pointer } from "./json-measure.ts";
import {
  AUDIENCE_OPERATORS_MAX,
  DEFINITION_BYTES_MAX,
  DOCUMENT_BYTES_MAX,
  EVALUATORS_MAX,
  FLAG_KEY_PATTERN,
  FLAG_KEY_PATTERN_WORDS,
  FLAGS_PER_SET_MAX,
  PUBLISHED_TARGETING_DEPTH_MAX,
  PUBLISHED_TARGETING_OPERATORS_MAX,
  TARGETING_DEPTH_MAX,
  TARGETING_OPERATORS_MAX,
} from "./limits.ts";
import type { JsonObject } from "./parse-fields.ts";
import {
  checkFields,
  field,
  isJsonObject,
  namesOf,
  readDefaultVariant,
  readMetadata,
  readVariants,
} from "./parse-fields.ts";

type Summaries = ReadonlyMap<string, TargetingSummary>;
type TargetingLimits = { readonly depth: number; readonly operators: number };

const WRITTEN: TargetingLimits = { depth: TARGETING_DEPTH_MAX, operators: TARGETING_OPERATORS_MAX };
const PUBLISHED: TargetingLimits = {
  depth: PUBLISHED_TARGETING_DEPTH_MAX,
  operators: PUBLISHED_TARGETING_OPERATORS_MAX,
};
const AUDIENCE: TargetingLimits = { depth: TARGETING_DEPTH_MAX, operators: AUDIENCE_OPERATORS_MAX };
const DEFINITION_FIELDS = ["state", "variants", "defaultVariant", "targeting", "metadata"];
const DOCUMENT_FIELDS = ["flags", "$evaluators", "metadata", "$schema"];

/**
 * Reads one flag's definition as a person writes it: all faults are listed, up to a bound. A `$ref` is a fault: a
 * single definition has no evaluators. Never throws, O(size), whatever comes in.
 */
export function parseFlagDefinition(json: unknown): Parsed<FlagDefinition> {
  const faults = new FaultList();
  const object = measured(json, DEFINITION_BYTES_MAX, faults);
  const value = object && readDefinition(object, "", new Map(), WRITTEN, faults);
  return value !== undefined && faults.isEmpty ? { ok: true, value } : { ok: false, faults: faults.all };
}

/** Reads a set of flags in flagd's format, such as a snapshot or a file to import. As `parseFlagDefinition`. */
export function parseFlagDocument(json: unknown): Parsed<FlagDocument> {
  const faults = new FaultList();
  const object = measured(json, DOCUMENT_BYTES_MAX, faults);
  const value = object && readDocument(object, faults);
  return value !== undefined && faults.isEmpty ? { ok: true, value } : { ok: false, faults: faults.all };
}

/** Reads the audience of a rollout, a JSONLogic condition over the context. As `parseFlagDefinition`. */
export function parseAudience(json: unknown): Parsed<Json> {
  const faults = new FaultList();
  const rule = measured(json, DEFINITION_BYTES_MAX, faults);
  if (rule !== undefined) checkExtent(checkTargeting(rule, "", new Map(), faults), AUDIENCE, "", faults);
  return rule !== undefined && faults.isEmpty ? { ok: true, value: rule } : { ok: false, faults: faults.all };
}

/** What is wrong with a flag's key, in words; `undefined` when nothing is. */
export function flagKeyFault(key: string): string | undefined {
  if (FLAG_KEY_PATTERN.test(key)) return undefined;
  return `${quoted(key)} is no flag key: use ${FLAG_KEY_PATTERN_WORDS}`;
}

function measured(json: unknown, bytesMax: number, faults: FaultList): JsonObject | undefined {
  const fault = measureJson(json, bytesMax);
  if (fault !== undefined) faults.add(fault.path, fault.message);
  else if (isJsonObject(json)) return json;
  else faults.add("", `must be an object, not ${kindOf(json)}`);
  return undefined;
}

function readDocument(document: JsonObject, faults: FaultList): FlagDocument | undefined {
  checkFields(document, "", DOCUMENT_FIELDS, faults);
  const evaluators = readEvaluators(field(document, "$evaluators"), faults);
  const summaries = summarise(evaluators ?? {}, faults);
  const metadata = readMetadata(field(document, "metadata"), "/metadata", faults);
  const flags = field(document, "flags");
  if (!isJsonObject(flags)) {
    faults.add("/flags", `must be an object of flags by key, but is ${kindOf(flags)}`);
    return undefined;
  }
  const entries = Object.entries(flags);
  if (entries.length > FLAGS_PER_SET_MAX) {
    faults.add("/flags", `has ${entries.length} flags: at most ${FLAGS_PER_SET_MAX} fit in a set, split it`);
    return undefined;
  }
  const definitions: [string, FlagDefinition][] = [];
  for (const [key, json] of entries) {
    if (faults.isFull) break;
    const path = pointer("/flags", key);
    const keyFault = flagKeyFault(key);
    if (keyFault !== undefined) faults.add(path, keyFault);
    if (!isJsonObject(json)) faults.add(path, `must be a flag's definition, an object, not ${kindOf(json)}`);
    const definition = isJsonObject(json) && readDefinition(json, path, summaries, PUBLISHED, faults);
    if (definition) definitions.push([key, definition]);
  }
  return {
    flags: Object.fromEntries(definitions),
    ...(evaluators === undefined ? {} : { $evaluators: evaluators }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function readEvaluators(json: Json | undefined, faults: FaultList): JsonObject | undefined {
  if (json === undefined) return undefined;
  if (!isJsonObject(json)) {
    faults.add("/$evaluators", `must be an object of rules by name, not ${kindOf(json)}`);
    return undefined;
  }
  if (Object.keys(json).length > EVALUATORS_MAX) {
    faults.add("/$evaluators", `has more than ${EVALUATORS_MAX} rules: remove those not in use`);
  }
  return json;
}

/** Looks at each evaluator once; a flag that refers to it uses what was seen. */
function summarise(evaluators: JsonObject, faults: FaultList): Summaries {
  const summaries = new Map<string, TargetingSummary>();
  for (const [name, rule] of Object.entries(evaluators).slice(0, EVALUATORS_MAX)) {
    const path = pointer("/$evaluators", name);
    const summary = checkTargeting(rule, path, undefined, faults);
    checkExtent(summary, PUBLISHED, path, faults);
    summaries.set(name, summary);
  }
  return summaries;
}

function readDefinition(
  json: JsonObject,
  path: string,
  evaluators: Summaries,
  limits: TargetingLimits,
  faults: FaultList,
): FlagDefinition | undefined {
  checkFields(json, path, DEFINITION_FIELDS, faults);
  const state = field(json, "state");
  if (state !== "ENABLED" && state !== "DISABLED") {
    faults.add(pointer(path, "state"), `must be "ENABLED" or "DISABLED", but is ${kindOf(state)}${detail(state)}`);
  }
  const variants = readVariants(field(json, "variants"), pointer(path, "variants"), faults);
  const defaultVariant = readDefaultVariant(
    field(json, "defaultVariant"),
    variants,
    pointer(path, "defaultVariant"),
    faults,
  );
  const metadata = readMetadata(field(json, "metadata"), pointer(path, "metadata"), faults);
  const targeting = field(json, "targeting");
  if (targeting !== undefined) {
    checkFlagTargeting(targeting, pointer(path, "targeting"), variants, evaluators, limits, faults);
  }
  if (variants === undefined || (state !== "ENABLED" && state !== "DISABLED")) return undefined;
  return {
    state,
    variants,
    ...(defaultVariant === undefined ? {} : { defaultVariant }),
    ...(targeting === undefined ? {} : { targeting }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function checkFlagTargeting(
  targeting: Json,
  path: string,
  variants: FlagDefinition["variants"] | undefined,
  evaluators: Summaries,
  limits: TargetingLimits,
  faults: FaultList,
): void {
  if (!isJsonObject(targeting)) {
    faults.add(path, `must be a JSONLogic rule, an object with one operator, or {} for none, not ${kindOf(targeting)}`);
    return;
  }
  if (Object.keys(targeting).length === 0) return;
  const summary = checkTargeting(targeting, path, evaluators, faults);
  checkExtent(summary, limits, path, faults);
  if (variants === undefined) return;
  for (const [name, at] of summary.answers) {
    if (!Object.hasOwn(variants, name)) {
      faults.add(
        at,
        `answers ${quoted(name)}, which is none of the variants: use ${namesOf(variants)}, or null for the default`,
      );
    }
  }
}

function checkExtent(summary: TargetingSummary, limits: TargetingLimits, path: string, faults: FaultList): void {
  if (summary.depth > limits.depth) {
    faults.add(path, `nests ${summary.depth} operators: at most ${limits.depth} may be inside one another`);
  }
  if (summary.operators > limits.operators) {
    faults.add(
      path,
      `has ${summary.operators} operators: at most ${limits.operators} are allowed, try "in" with a list`,
    );
  }
}

function detail(value: Json | undefined): string {
  return typeof value === "string" ? ` ${quoted(value)}` : "";
}
