import type { FlagDefinition, FlagDocument } from "@steadfast/core/flags/definition";
import { exposeCandidate } from "@steadfast/core/flags/exposure";
import { joinAudiences } from "@steadfast/core/rollouts/audience";
import { SHARE_BASIS_POINTS } from "@steadfast/core/rollouts/plan";
import type { RolloutState } from "@steadfast/core/rollouts/state";

/**
 * What providers are told of one environment: every flag's definition, moved by the rollouts in flight.
 *
 * @param version goes up with every event that changes the environment
 */
export function composeSnapshot(
  environment: string,
  version: number,
  flags: ReadonlyMap<string, FlagDefinition>,
  inFlight: readonly RolloutState[],
): FlagDocument {
  const rolloutByFlag = new Map(inFlight.map((rollout) => [rollout.flag, rollout]));
  const entries = [...flags].map(([key, definition]): [string, FlagDefinition] => {
    const rollout = rolloutByFlag.get(key);
    return [key, rollout ? expose(key, definition, rollout) : definition];
  });
  return { flags: Object.fromEntries(entries), metadata: { flagSetId: environment, version: String(version) } };
}

function expose(flagKey: string, definition: FlagDefinition, rollout: RolloutState): FlagDefinition {
  if (rollout.baseline === null || definition.state === "DISABLED") return definition;
  // Whoever saw the candidate keeps it: the audiences of all stages entered.
  const audience = joinAudiences(rollout.stages.slice(0, rollout.stage + 1));
  return exposeCandidate(definition, {
    flagKey,
    salt: rollout.salt,
    baseline: rollout.baseline,
    candidate: rollout.candidate,
    candidateBasisPoints: Math.round(rollout.share * SHARE_BASIS_POINTS),
    rolloutId: rollout.id,
    ...(audience === null ? {} : { audience }),
  });
}
