import type { CommitGraph } from "@steadfast/core/delivery/commit-graph";
import type { DeploymentFact } from "@steadfast/core/delivery/facts";
import type { Tag } from "./read-tags.ts";

/** Where a tag stands for a deployment. */
const ENVIRONMENT = "release";

/**
 * Tags as deployments: at the tagger's date, else the commit's committer's date. The history is all that tags reach: what it does not hold is no commit, whatever the
 * tag says of it, and releases nothing.
 */
export function deploymentsOfTags(
  tags: readonly Tag[],
  { texts, committedAtMs }: CommitGraph,
  service: string,
): readonly DeploymentFact[] {
  return tags.flatMap(({ name, commit, taggedAtMs }): DeploymentFact[] => {
    const index = texts.indexOf(commit);
    const atMs = index === undefined ? undefined : (taggedAtMs ?? committedAtMs[index]);
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
