import { METADATA_ENTRIES_MAX, VARIANTS_MAX } from "@steadfast/core/flags/limits";
import { z } from "zod";
import { actor, bounded, environmentKey, flagKey, json, page, reason, timestamp } from "../http/schemas.ts";

const variantValue = z.union([z.boolean(), z.string(), z.number(), z.record(z.string(), json)]);
const variants = z.record(z.string(), variantValue).describe("Variant name → value; all of one type");
const defaultVariant = z.string().nullable().describe("null: the caller's code default is used");
const state = z.enum(["ENABLED", "DISABLED"]).describe("DISABLED: everyone gets the code default");
const targeting = json.describe("JSONLogic that returns a variant's name; {} or null: none");
const metadata = z.record(z.string(), z.union([z.boolean(), z.string(), z.number()]));

/** As many environments as an installation may hold several times over: a bound on what is looked at. */
const ENVIRONMENTS_NAMED_MAX = 100;

const givenVariants = bounded(VARIANTS_MAX, variants);
const givenMetadata = bounded(METADATA_ENTRIES_MAX, metadata);

export const flagDefinition = z
  .object({
    state,
    variants,
    defaultVariant: defaultVariant.optional(),
    targeting: targeting.optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: "FlagDefinition" });

export const createFlagBody = z
  .strictObject({
    key: flagKey,
    description: z.string().max(1_000).default(""),
    owner: z.string().max(100).default("").describe("The team that answers for it"),
    service: z.string().max(100).default("").describe("The service.name whose spans count; empty: any"),
    variants: givenVariants.default({ on: true, off: false }),
    defaultVariant: defaultVariant.default("off"),
    state: state.default("ENABLED"),
    targeting: targeting.optional(),
    metadata: givenMetadata.optional(),
    environments: bounded(
      ENVIRONMENTS_NAMED_MAX,
      z.record(environmentKey, z.strictObject({ state: state.optional(), defaultVariant: defaultVariant.optional() })),
    )
      .optional()
      .describe("What differs in an environment"),
    reason: reason.optional(),
  })
  .meta({ id: "CreateFlag" });

/** What is left out stays as it is. */
export const writeFlagBody = z
  .strictObject({
    state: state.optional(),
    variants: givenVariants.optional(),
    defaultVariant: defaultVariant.optional(),
    targeting: targeting.nullable().optional(),
    metadata: givenMetadata.optional(),
    reason,
  })
  .meta({ id: "WriteFlag" });

export const restoreFlagBody = z.strictObject({ version: z.number().int().min(1), reason }).meta({ id: "RestoreFlag" });

export const switchOffBody = z.strictObject({ reason }).meta({ id: "SwitchOffFlag" });

const flagRollout = z
  .object({
    id: z.string(),
    state: z.enum(["running", "paused"]),
    baseline: z.string(),
    candidate: z.string(),
    share: z.number().describe("Of those whom no rule serves, 0..1"),
  })
  .meta({ id: "FlagRollout" });

/** A flag in one environment. */
export const flagState = z
  .object({
    key: z.string(),
    environment: z.string(),
    version: z.number().int(),
    definition: flagDefinition,
    updatedAt: timestamp,
    updatedBy: actor,
    reason: z.string().nullable(),
    rolloutId: z.string().nullable().describe("The rollout that moves it now"),
    rollout: flagRollout.nullable().describe("What the rollout that moves it does"),
    published: flagDefinition.nullable().describe("What providers get while a rollout moves it; null: the definition"),
    warnings: z.array(z.string()),
  })
  .meta({ id: "FlagState" });

export const flag = z
  .object({
    key: z.string(),
    description: z.string(),
    owner: z.string(),
    service: z.string(),
    createdAt: timestamp,
    environments: z.record(z.string(), flagState),
  })
  .meta({ id: "Flag" });

export const flagPage = z
  .object({
    items: z.array(flag),
    next: z.string().nullable(),
    total: z.number().int().describe("Flags that match, on every page"),
  })
  .meta({ id: "FlagPage" });

const nameCount = z.object({ name: z.string(), flags: z.number().int() }).meta({ id: "NameCount" });

/** What the list can be filtered by. */
export const flagFacets = z
  .object({ owners: z.array(nameCount), services: z.array(nameCount) })
  .meta({ id: "FlagFacets" });

export const contextKeys = z.object({ items: z.array(nameCount) }).meta({ id: "ContextKeys" });

const step = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("condition"), path: z.string(), isMet: z.boolean() }),
  z.object({
    kind: z.literal("bucket"),
    path: z.string(),
    bucketBy: z.string().nullable().describe("The text that is hashed; null: there was none"),
    position: z.number().nullable().describe("Where its hash lies, 0..1"),
    arm: z.number().int().nullable().describe("Index into the arguments of fractional"),
  }),
  z.object({ kind: z.literal("answer"), path: z.string(), answer: z.string().nullable() }),
  z.object({ kind: z.literal("fault"), path: z.string(), message: z.string() }),
]);

export const evaluateFlagBody = z
  .strictObject({
    context: z
      .record(z.string(), json)
      .default({})
      .describe("Who is asking: targetingKey and attributes. It is not stored"),
    definition: json.optional().describe("A definition to try instead of the stored one"),
  })
  .meta({ id: "EvaluateFlag" });

export const flagEvaluation = z
  .object({
    reason: z.enum(["STATIC", "DEFAULT", "TARGETING_MATCH", "DISABLED", "ERROR"]),
    variant: z.string().nullable().describe("null: the code's default is used"),
    value: json.describe("null: the code's default is used"),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    definition: flagDefinition.describe("What was evaluated; while a rollout moves the flag, with its split"),
    rolloutId: z.string().nullable(),
    steps: z.array(step).describe("What was looked at, in that order; paths are into definition"),
    matchedPath: z.string().nullable().describe("Where in the targeting the answer came from; null: no rule answered"),
  })
  .meta({ id: "FlagEvaluation" });

export const checkFlagBody = z.strictObject({ definition: json }).meta({ id: "CheckFlag" });

const fault = z.object({ path: z.string(), message: z.string() });

export const flagChange = z
  .object({ path: z.string(), before: json.optional(), after: json.optional() })
  .meta({ id: "FlagChange" });

export const flagCheck = z
  .object({
    version: z.number().int().describe("The version it was compared with"),
    faults: z.array(fault),
    warnings: z.array(fault),
    refusal: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .describe("Why writing it would be refused now although it has no fault, such as a rollout in flight"),
    changes: z.array(flagChange).describe("Against the stored definition; empty when it has faults"),
  })
  .meta({ id: "FlagCheck" });

export const flagVersion = z
  .object({
    version: z.number().int(),
    seq: z.number().int(),
    type: z.string(),
    definition: flagDefinition,
    changes: z.array(flagChange).describe("Against the version before"),
    at: timestamp,
    actor,
    reason: z.string().nullable(),
  })
  .meta({ id: "FlagVersion" });

export const flagVersionPage = page(flagVersion, "FlagVersionPage");
