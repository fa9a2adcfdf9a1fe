import type { CommitFact, DeploymentFact } from "@steadfast/core/delivery/facts";
import type { Tag } from "./read-tags.ts";

/** Where a tag stands for a deployment. */
const ENVIRONMENT = "release";

/**
 * Tags as deployments: at the tagger's date, else the commit's committer's date. A tag whose commit is not in the history (beyond a shallow clone's boundary) has no
 * place in time without a tagger, and is left out then.
 */
export function deploymentsOfTags(
  tags: readonly Tag[],
  commits: readonly CommitFact[],
  service: string,
): readonly DeploymentFact[] {
  const wanted = new Set(tags.map(({ commit }) => commit));
  const committedAt = new Map(
    commits.filter(({ sha }) => wanted.has(sha)).map(({ sha, committedAtMs }) => [sha, committedAtMs]),
  );
  return tags.flatMap(({ name, commit, taggedAtMs }): DeploymentFact[] => {
    const atMs = taggedAtMs ?? committedAt.get(commit);
    if (atMs === undefined) return [];
    return [
      {
        id: `tag:${name}`,
        name,
        url: null,
        service,
        environment: ENVIRONMENT,
        kind: "release",
        revision: commit,
        previousRevision: null,
        commits: null,
        startedAtMs: null,
        finishedAtMs: atMs,
        outcome: "succeeded",
        isPlanned: null,
        remediates: [],
        isRollback: false,
        rollsBack: null,
      },
    ];
  });
}
