import type { DropReason } from "./drop-tally.ts";
import type { FlagDirectory } from "./flag-directory.ts";
import type { Observation } from "./observation.ts";

/** An observation of an older second is refused: it would be judged as if it had happened now. */
const OBSERVATION_AGE_MAX_SECONDS = 3_600;
/** How far a sender's clock may be ahead. */
const OBSERVATION_AHEAD_MAX_SECONDS = 60;

export type ObservationFault = { readonly reason: DropReason; readonly example: string };

/** Why an observation cannot be counted; `undefined` when it can. */
export function findFault(observation: Observation, flags: FlagDirectory, nowMs: number): ObservationFault | undefined {
  const { environment, flag, variant, second } = observation;
  if (!flags.environments().has(environment)) {
    return { reason: "environment-unknown", example: `there is no environment ${environment}` };
  }
  const found = flags.find(environment, flag);
  if (!found) return { reason: "flag-unknown", example: `there is no flag ${flag} in ${environment}` };
  if (!found.variants.has(variant)) {
    return { reason: "variant-unknown", example: `the flag ${flag} has no variant "${variant}" in ${environment}` };
  }
  const ageSeconds = nowMs / 1_000 - second;
  if (ageSeconds > OBSERVATION_AGE_MAX_SECONDS) {
    return { reason: "second-too-old", example: `${flag}: a second more than an hour ago; send within the hour` };
  }
  if (ageSeconds < -OBSERVATION_AHEAD_MAX_SECONDS) {
    return {
      reason: "second-in-future",
      example: `${flag}: a second more than a minute ahead; set the sender's clock`,
    };
  }
  return areConsistent(observation)
    ? undefined
    : { reason: "counts-inconsistent", example: `${flag}: more users failed, or were seen first, than were seen` };
}

/** Failures may exceed requests: an event-count signal counts crashes there. Users cannot exceed users. */
function areConsistent({ units }: Observation): boolean {
  return units === undefined || (units.failed <= units.seen && units.firstSeen <= units.seen);
}
