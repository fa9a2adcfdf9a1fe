import type { FlagMetadata, FlagValue, Json } from "./definition.ts";

/** Who is asking. `targetingKey` decides the bucket. */
export type EvaluationContext = { readonly targetingKey?: string; readonly [attribute: string]: Json | undefined };

export type EvaluationReason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "DISABLED" | "ERROR";

export type EvaluationErrorCode = "FLAG_NOT_FOUND" | "PARSE_ERROR" | "GENERAL";

/** What an evaluation answers. Without `value` the caller's code default is used. */
export type Evaluation = {
  readonly value?: FlagValue;
  readonly variant?: string;
  readonly reason: EvaluationReason;
  readonly errorCode?: EvaluationErrorCode;
  readonly errorMessage?: string;
  readonly metadata: FlagMetadata;
};
