import type { FlagMetadata } from "@steadfast/core/flags/definition";
import type { Evaluation, EvaluationContext } from "@steadfast/core/flags/evaluation";
import type { Overrides } from "./break-glass.ts";
import { type Snapshot, variantValue } from "./snapshot.ts";

/** What an evaluation answers. Without `value` the code default is used. */
export type ClientEvaluation = Omit<Evaluation, "errorCode"> & {
  readonly errorCode?: NonNullable<Evaluation["errorCode"]> | "PROVIDER_NOT_READY" | "TYPE_MISMATCH";
};

const NO_METADATA: FlagMetadata = {};

/** Evaluates with the break-glass file first, then the snapshot. Synchronous, no I/O. */
export function evaluateSnapshot(
  snapshot: Snapshot | undefined,
  overrides: Overrides,
  key: string,
  context: EvaluationContext,
  nowMs: number,
): ClientEvaluation {
  if (overrides.size > 0) {
    const override = overrides.get(key);
    if (override === "OFF") return { reason: "DISABLED", metadata: breakGlassMetadata(snapshot) };
    if (override) return forced(snapshot, key, override.variant);
  }
  if (!snapshot) {
    return {
      reason: "ERROR",
      errorCode: "PROVIDER_NOT_READY",
      errorMessage: "there is no snapshot yet: await ready() first, or give a snapshotFile or bundledSnapshot",
      metadata: NO_METADATA,
    };
  }
  return snapshot.flagSet.evaluate(key, context, nowMs);
}

function forced(snapshot: Snapshot | undefined, key: string, variant: string): ClientEvaluation {
  const metadata = breakGlassMetadata(snapshot);
  const value = snapshot ? variantValue(snapshot.document, key, variant) : undefined;
  if (value !== undefined) return { value, variant, reason: "STATIC", metadata };
  return {
    reason: "ERROR",
    errorCode: "GENERAL",
    errorMessage: `the break-glass file asks for the variant "${variant}", which the flag "${key}" does not have`,
    metadata,
  };
}

function breakGlassMetadata(snapshot: Snapshot | undefined): FlagMetadata {
  return { ...snapshot?.flagSet.metadata, breakGlass: true };
}
