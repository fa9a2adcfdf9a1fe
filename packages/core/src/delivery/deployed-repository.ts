import type { DeploymentFact } from "./facts.ts";

/**
 * The repository that a forge's deployment is of, `acme/api` of `acme/api@12`; `""` where its id does not say. A service may have several, each deployed by itself: what
 * runs of the one says nothing of the other.
 */
export function deployedRepository({ id }: Pick<DeploymentFact, "id">): string {
  return /^([^@\s]+\/[^@\s]+)@/.exec(id)?.[1] ?? "";
}
