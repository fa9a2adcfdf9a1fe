import { replaceFlag } from "@steadfast/core/flags/decide";
import type { FlagDefinition, Json } from "@steadfast/core/flags/definition";
import { diffDefinitions } from "@steadfast/core/flags/diff";
import { explainFlag } from "@steadfast/core/flags/explain";
import { sayFaults } from "@steadfast/core/flags/fault-list";
import { measureJson } from "@steadfast/core/flags/json-measure";
import { lintFlagDefinition } from "@steadfast/core/flags/lint";
import { parseFlagDefinition } from "@steadfast/core/flags/parse";
import { publishedDefinition } from "@steadfast/core/rollouts/published-definition";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { z } from "zod";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import { ProblemError } from "../http/problem.ts";
import { toFlagInFlight } from "./in-flight.ts";
import { type Reader, readInFlight, readStateRow } from "./read.ts";
import type { flagCheck, flagEvaluation } from "./schemas.ts";

/** Bytes of a context that is tried. Real ones are below 2 kB; a header of 8 kB would not carry more. */
const CONTEXT_BYTES_MAX = 16_384;

type Tried = { readonly environment: string; readonly key: string };

/** What writing a definition would meet, without writing it: the rules are those of writing. */
export async function checkFlag(db: Reader, flag: Tried, given: unknown): Promise<z.infer<typeof flagCheck>> {
  const row = await readStateRow(db, flag.environment, flag.key);
  const current = readStoredJson<FlagDefinition>(row.definition);
  const decision = replaceFlag(current, given, toFlagInFlight(await readRollout(db, flag)));
  const parsed = parseFlagDefinition(given);
  return {
    version: row.version,
    faults: parsed.ok ? [] : [...parsed.faults],
    warnings: parsed.ok ? [...lintFlagDefinition(flag.key, parsed.value)] : [],
    refusal: decision.ok || !parsed.ok ? null : { code: decision.code, detail: decision.detail },
    changes: parsed.ok ? storedAs<z.infer<typeof flagCheck>["changes"]>(diffDefinitions(current, parsed.value)) : [],
  };
}

/**
 * What a context would get, and by which rule: of what is published now, or of a draft, with the split of the rollout in
 * flight. Nothing is stored or counted.
 */
export async function tryFlag(
  db: Reader,
  flag: Tried,
  tried: { readonly context: Readonly<Record<string, Json>>; readonly definition: unknown },
  nowMs: number,
): Promise<z.infer<typeof flagEvaluation>> {
  const context = checkContext(tried.context);
  const row = await readStateRow(db, flag.environment, flag.key);
  const rollout = await readRollout(db, flag);
  const own = tried.definition === undefined ? readStoredJson<FlagDefinition>(row.definition) : draft(tried.definition);
  const definition = rollout && canExpose(own, rollout) ? publishedDefinition(own, rollout) : own;

  const { evaluation, steps, matchedPath } = explainFlag(flag.key, definition, context, nowMs);
  const { reason, variant, value, errorCode, errorMessage } = evaluation;
  return {
    reason,
    variant: variant ?? null,
    value: value ?? null,
    errorCode: errorCode ?? null,
    errorMessage: errorMessage ?? null,
    definition: storedAs<z.infer<typeof flagEvaluation>["definition"]>(definition),
    rolloutId: rollout?.id ?? null,
    steps: [...steps],
    matchedPath,
  };
}

async function readRollout(db: Reader, { environment, key }: Tried): Promise<RolloutState | undefined> {
  return (await readInFlight(db, [key])).get(`${environment}/${key}`);
}

function checkContext(context: Readonly<Record<string, Json>>) {
  const fault = measureJson(context, CONTEXT_BYTES_MAX);
  if (fault) throw contextInvalid(fault.path, fault.message);
  const { targetingKey, ...attributes } = context;
  if (targetingKey === undefined) return attributes;
  if (typeof targetingKey !== "string") throw contextInvalid("/targetingKey", "must be a text");
  return { ...attributes, targetingKey };
}

function contextInvalid(path: string, message: string): ProblemError {
  return new ProblemError("invalid-request", `The context is not valid: ${path || "it"} ${message}.`, {
    faults: [{ path: `/context${path}`, message }],
  });
}

function draft(given: unknown): FlagDefinition {
  const parsed = parseFlagDefinition(given);
  if (parsed.ok) return parsed.value;
  throw new ProblemError("definition-invalid", sayFaults(parsed.faults), { faults: parsed.faults });
}

/** A draft may lack what the rollout moves between; writing it would be refused, trying it need not be. */
function canExpose({ variants }: FlagDefinition, { baseline, candidate }: RolloutState): boolean {
  return baseline !== null && Object.hasOwn(variants, baseline) && Object.hasOwn(variants, candidate);
}
