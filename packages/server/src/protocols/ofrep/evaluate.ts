import type { FlagSet } from "@steadfast/core/flags/compile";
import type { FlagMetadata, FlagValue } from "@steadfast/core/flags/definition";
import type { EvaluationContext } from "@steadfast/core/flags/evaluation";
import { z } from "zod";
import { json } from "../../http/schemas.ts";

/** OpenFeature Remote Evaluation Protocol 0.3. @see https://github.com/open-feature/protocol */

export type OfrepErrorCode = "PARSE_ERROR" | "TARGETING_KEY_MISSING" | "INVALID_CONTEXT" | "GENERAL" | "FLAG_NOT_FOUND";

export type OfrepFailure = { readonly key?: string; readonly errorCode: OfrepErrorCode; readonly errorDetails: string };

/** Without `value` the caller uses its code's default. */
export type OfrepSuccess = {
  readonly key: string;
  readonly reason: string;
  readonly variant?: string;
  readonly value?: FlagValue;
  readonly metadata?: FlagMetadata;
};

const request = z.object({
  context: z.looseObject({ targetingKey: z.string().optional() }).catchall(json).optional(),
});

/** Reads a request's body. A fault is told in the protocol's own words. */
export function parseContext(
  body: unknown,
): { ok: true; context: EvaluationContext } | { ok: false; failure: OfrepFailure } {
  const parsed = request.safeParse(body ?? {});
  if (parsed.success) {
    const { targetingKey, ...attributes } = parsed.data.context ?? {};
    return { ok: true, context: targetingKey === undefined ? attributes : { ...attributes, targetingKey } };
  }
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  return {
    ok: false,
    failure: {
      errorCode: "INVALID_CONTEXT",
      errorDetails: `${path === "" ? "the body" : path}: ${issue?.message ?? "not valid"}. Send {"context":{"targetingKey":"…", …}}.`,
    },
  };
}

export function evaluateOne(
  flagSet: FlagSet,
  key: string,
  context: EvaluationContext,
  nowMs: number,
): OfrepSuccess | OfrepFailure {
  const { errorCode, errorMessage, value, variant, reason, metadata } = flagSet.evaluate(key, context, nowMs);
  if (errorCode !== undefined)
    return { key, errorCode, errorDetails: errorMessage ?? "the flag could not be evaluated" };
  return {
    key,
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(value === undefined ? {} : { value }),
    metadata,
  };
}

/** Every flag, in the order of their keys. */
export function evaluateAll(
  flagSet: FlagSet,
  context: EvaluationContext,
  nowMs: number,
): (OfrepSuccess | OfrepFailure)[] {
  return flagSet.keys().map((key) => evaluateOne(flagSet, key, context, nowMs));
}
