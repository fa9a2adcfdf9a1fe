import type { Told } from "./told.ts";

/**
 * A telling and whom it concerns. A forge knows repositories, a deployment tool services; a service has repositories, and what is told of them belongs to it.
 *
 * @public
 */
export type ScopedTold = Told & {
  /** `serviceScope` or `repositoryScope`. */
  readonly scope: string;
  /** `null`: in none, as for a change. `WHERE_IT_RUNS`: nobody said, as for most incidents that issues tell of. */
  readonly environment: string | null;
};

/** Where users are, wherever that is of the service: no key of an environment is like it. */
export const WHERE_IT_RUNS = "@where-it-runs";

/** @param key a service's key */
export function serviceScope(key: string): string {
  return `service/${key}`;
}

/** @param name `owner/name`; forges do not tell its cases apart */
export function repositoryScope(name: string): string {
  return `repository/${name.toLowerCase()}`;
}
