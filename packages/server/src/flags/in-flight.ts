import type { FlagInFlight } from "@steadfast/core/flags/decide";
import type { RolloutState } from "@steadfast/core/rollouts/state";

/** What a decision about a flag needs to know of the rollout that moves it; `null` when none does. */
export function toFlagInFlight(rollout: RolloutState | undefined): FlagInFlight | null {
  if (!rollout?.baseline) return null;
  return { rolloutId: rollout.id, baseline: rollout.baseline, candidate: rollout.candidate };
}
