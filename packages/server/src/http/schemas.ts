import type { Json } from "@steadfast/core/flags/definition";
import { FLAG_KEY_PATTERN, FLAG_KEY_PATTERN_WORDS } from "@steadfast/core/flags/limits";
import { z } from "zod";

/** Schemas shared by every noun's routes. */

export const ENVIRONMENT_KEY_PATTERN = /^[a-z][a-z0-9-]{0,39}$/;
export const REASON_MAX_CHARACTERS = 1_000;

/** Any JSON value: bodies are JSON before they come here. Opaque in the API's description, where the docs say its shape. */
export const json = z.custom<Json>((value) => value !== undefined, "is missing").describe("Any JSON");

/**
 * A list or map of a request. One with too many entries is refused before anything in it is looked at: a body of a
 * megabyte holds very many, and each may have its fault.
 */
export const bounded = <T extends z.ZodType>(entriesMax: number, schema: T) =>
  z.preprocess((value, context) => {
    const entries = entryCount(value);
    if (entries <= entriesMax) return value;
    context.addIssue(`has ${entries} entries: at most ${entriesMax} are taken`);
    return z.NEVER;
  }, schema);

function entryCount(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

export const environmentKey = z
  .string()
  .regex(ENVIRONMENT_KEY_PATTERN, "lower-case letters, digits and dashes, a letter first, at most 40")
  .describe("An environment's key, such as production");

export const flagKey = z.string().regex(FLAG_KEY_PATTERN, FLAG_KEY_PATTERN_WORDS).describe("A flag's key");

export const reason = z
  .string()
  .trim()
  .min(1, "say why, in a few words: it stands in the journal")
  .max(REASON_MAX_CHARACTERS)
  .describe("Why; kept in the journal");

export const timestamp = z.iso.datetime().describe("RFC 3339, UTC");

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe("Permanent: scripts may compare it"),
    detail: z.string(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export const actor = z
  .object({ kind: z.enum(["token", "system"]), id: z.string(), name: z.string() })
  .meta({ id: "Actor" });

/** A page of a list: pass `next` as `after` for the following one; `null` at the end. */
export const page = <T extends z.ZodType>(item: T, id: string) =>
  z.object({ items: z.array(item), next: z.string().nullable() }).meta({ id });
