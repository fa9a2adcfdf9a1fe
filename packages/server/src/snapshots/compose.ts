import type { FlagDefinition, FlagDocument } from "@steadfast/core/flags/definition";
import { publishedDefinition } from "@steadfast/core/rollouts/published-definition";
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
    return [key, rollout ? publishedDefinition(definition, rollout) : definition];
  });
  return { flags: Object.fromEntries(entries), metadata: { flagSetId: environment, version: String(version) } };
}
