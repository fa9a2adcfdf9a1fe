import type { Certainty, FailureKind } from "./report.ts";

/** One reason to think that a deployment failed. */
export type FailureSign = {
  /** Index of the failed shipment. */
  readonly shipment: number;
  readonly kind: FailureKind;
  readonly certainty: Certainty;
  readonly evidence: string;
  /** A revert's commit time, the moment an incident was noticed, or when what says so was deployed: of several that are equally certain the first one speaks. */
  readonly givenAtMs: number;
  /** Shipments that were taken back together, of which one or more failed; `null`: this one did. */
  readonly group: string | null;
  /** Index of the shipment that mended it; `null`: none yet, or it ended without one. */
  readonly remedy: number | null;
  /** When it ended without a deployment. */
  readonly endedAtMs: number | null;
};

/** Most certain first. */
export const CERTAINTY_ORDER: readonly Certainty[] = [
  "explicit",
  "recorded",
  "strong",
  "likely",
  "possible",
  "not-proven-which",
];
