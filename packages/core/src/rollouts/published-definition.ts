import type { FlagDefinition } from "../flags/definition.ts";
import { exposeCandidate } from "../flags/exposure.ts";
import { joinAudiences } from "./audience.ts";
import { SHARE_BASIS_POINTS } from "./plan.ts";
import type { RolloutState } from "./state.ts";

/** What of a rollout decides who gets the candidate; `stage` is an index into `stages`. */
type Moving = Pick<RolloutState, "id" | "flag" | "salt" | "baseline" | "candidate" | "stages" | "stage" | "share">;

/** A flag's definition as providers get it while a rollout moves it. `exposeCandidate` says what it holds. */
export function publishedDefinition(definition: FlagDefinition, rollout: Moving): FlagDefinition {
  if (rollout.baseline === null || definition.state === "DISABLED") return definition;
  // Whoever saw the candidate keeps it: the audiences of all stages entered.
  const audience = joinAudiences(rollout.stages.slice(0, rollout.stage + 1));
  return exposeCandidate(definition, {
    flagKey: rollout.flag,
    salt: rollout.salt,
    baseline: rollout.baseline,
    candidate: rollout.candidate,
    candidateBasisPoints: Math.round(rollout.share * SHARE_BASIS_POINTS),
    rolloutId: rollout.id,
    ...(audience === null ? {} : { audience }),
  });
}
