import { METADATA_ENTRIES_MAX, VARIANTS_MAX } from "@steadfast/core/flags/limits";
import { z } from "zod";
import { actor, bounded, flagKey, json, page, reason, timestamp } from "../http/schemas.ts";

const variantValue = z.union([z.boolean(), z.string(), z.number(), z.record(z.string(), json)]);
const variants = z.record(z.string(), variantValue).describe("Variant name → value; all of one type");
const defaultVariant = z.string().nullable().describe("null: the caller's code default is used");
const state = z.enum(["ENABLED", "DISABLED"]).describe("DISABLED: everyone gets the code default");
const targeting = json.describe("JSONLogic that returns a variant's name; {} or null: none");
const metadata = z.record(z.string(), z.union([z.boolean(), z.string(), z.number()]));

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

export const flagPage = page(flag, "FlagPage");

export const flagChange = z
  .object({ path: z.string(), before: json.optional(), after: json.optional() })
  .meta({ id: "FlagChange" });

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
