import type { ComparedCounts } from "./counts.ts";
import type { Stakes } from "./plan.ts";
import type { PriorMass } from "./restart-prior.ts";
import type { StageMode } from "./stage-mode.ts";

/** What a signal is told about the tick it folds in. */
export type SignalTick = {
  readonly mode: StageMode;
  /** First tick of its stage: exposure for the gate starts again. */
  readonly isStageNew: boolean;
  /** First tick of a new way of judging: gross-break evidence starts again, an open block is dropped. */
  readonly isModeNew: boolean;
  /** π of this tick. */
  readonly prior: PriorMass;
  readonly stakes: Stakes;
  /** False in the first seconds after a share change, when caches are cold: latency is not judged. */
  readonly isSettled: boolean;
  /** The signal's own source; `undefined`: it sent nothing. */
  readonly counts: ComparedCounts | undefined;
};

/** Exposure of both arms. */
export type Exposure = { readonly candidate: number; readonly baseline: number };

export const NO_EXPOSURE: Exposure = { candidate: 0, baseline: 0 };

/** A recent rate: exponentially weighted mean per tick. */
export type RecentRate = { readonly sum: number; readonly weight: number };

export const NO_RATE: RecentRate = { sum: 0, weight: 0 };
/** Half of the weight lies in the last minute. */
const RATE_DECAY = 2 ** (-1 / 60);

export function addToRate(rate: RecentRate, count: number): RecentRate {
  return { sum: rate.sum * RATE_DECAY + count, weight: rate.weight * RATE_DECAY + 1 };
}

/** Per tick, i.e. per second; 0 before the first tick. */
export function recentRate(rate: RecentRate): number {
  return rate.weight > 0 ? rate.sum / rate.weight : 0;
}
