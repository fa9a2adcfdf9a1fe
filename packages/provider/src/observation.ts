import { FLAG_KEY_PATTERN, VARIANT_NAME_LENGTH_MAX } from "@steadfast/core/flags/limits";

/** Whether the server takes counts under these names. It refuses a batch whole, not an observation. */
export function isReportable(flag: string, variant: string): boolean {
  return FLAG_KEY_PATTERN.test(flag) && variant.length > 0 && variant.length <= VARIANT_NAME_LENGTH_MAX;
}

/**
 * Counts of one second, flag and variant, as `POST /api/v1/observations` takes them. Says how many, never who.
 */
export type Observation = {
  readonly environment: string;
  readonly flag: string;
  readonly variant: string;
  /** Unix time in seconds. */
  readonly second: number;
  readonly requests: number;
  readonly failures: number;
  /** OpenTelemetry exponential histogram of milliseconds. */
  readonly latencyMs: {
    readonly scale: number;
    readonly zeroCount: number;
    readonly offset: number;
    readonly bucketCounts: readonly number[];
  };
  readonly unitGroups?: readonly { readonly group: number; readonly requests: number; readonly failures: number }[];
  readonly units?: { readonly seen: number; readonly failed: number; readonly firstSeen: number };
};
