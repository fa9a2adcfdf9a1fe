import type { FlagSet } from "@steadfast/core/flags/compile";
import type { Evaluation, EvaluationContext } from "@steadfast/core/flags/evaluation";
import { z } from "zod";
import { json } from "../../http/schemas.ts";

/** OpenFeature Remote Evaluation Protocol 0.3. @see https://github.com/open-feature/protocol */

export type OfrepErrorCode = "PARSE_ERROR" | "TARGETING_KEY_MISSING" | "INVALID_CONTEXT" | "GENERAL" | "FLAG_NOT_FOUND";

export type OfrepFailure = { readonly key?: string; readonly errorCode: OfrepErrorCode; readonly errorDetails: string };

/**
 * An answer as it is sent. A success has `key`, `reason`, `metadata`, and `variant` and `value` if there are any: without
 * `value` the caller uses its code's default. A failure is an `OfrepFailure`.
 */
export type OfrepAnswer = { readonly json: string; readonly errorCode: OfrepErrorCode | undefined };

const request = z.object({
  context: z.looseObject({ targetingKey: z.string().optional() }).catchall(json).optional(),
});

/** Reads a request's body. A fault is told in the protocol's own words. */
export function parseContext(
  body: unknown,
): { ok: true; context: EvaluationContext } | { ok: false; failure: OfrepFailure } {
  const context = isRecord(body) ? body.context : undefined;
  if (isContext(context)) return { ok: true, context };
  return parseSlowly(body);
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What JSON can hold, and a targeting key that is a text. */
function isContext(value: unknown): value is EvaluationContext {
  return isRecord(value) && (value.targetingKey === undefined || typeof value.targetingKey === "string");
}

/** For what is not as it mostly is: zod says what is wrong. */
function parseSlowly(body: unknown): ReturnType<typeof parseContext> {
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

export function evaluateOne(flagSet: FlagSet, key: string, context: EvaluationContext, nowMs: number): OfrepAnswer {
  const evaluation = flagSet.evaluate(key, context, nowMs);
  return { json: `{"key":${JSON.stringify(key)},${textOf(evaluation)}`, errorCode: evaluation.errorCode };
}

/** Every flag, in the order of their keys, and the set's metadata; as JSON. */
export function evaluateAll(flagSet: FlagSet, context: EvaluationContext, nowMs: number): string {
  const { openings, closing } = frameOf(flagSet);
  let json = '{"flags":[';
  for (const [key, opening] of openings) json += opening + textOf(flagSet.evaluate(key, context, nowMs));
  return json + closing;
}

/** What an answer about every flag has, whoever asks. */
type Frame = { readonly openings: readonly (readonly [key: string, json: string])[]; readonly closing: string };

const frames = new WeakMap<FlagSet, Frame>();

function frameOf(flagSet: FlagSet): Frame {
  const known = frames.get(flagSet);
  if (known) return known;
  const openings = flagSet.keys().map((key, index) => {
    return [key, `${index === 0 ? "" : ","}{"key":${JSON.stringify(key)},`] as const;
  });
  const frame = { openings, closing: `],"metadata":${JSON.stringify(flagSet.metadata)}}` };
  frames.set(flagSet, frame);
  return frame;
}

/** Evaluations are shared by all who get the same answer: each is written as JSON once. A failure is made anew each time. */
const texts = new WeakMap<Evaluation, string>();

/** The answer without its opening brace and key. */
function textOf(evaluation: Evaluation): string {
  const known = texts.get(evaluation);
  if (known !== undefined) return known;
  const { errorCode, errorMessage, reason, variant, value, metadata } = evaluation;
  if (errorCode !== undefined) {
    return JSON.stringify({ errorCode, errorDetails: errorMessage ?? "the flag could not be evaluated" }).slice(1);
  }
  const text = JSON.stringify({ reason, variant, value, metadata }).slice(1);
  texts.set(evaluation, text);
  return text;
}
