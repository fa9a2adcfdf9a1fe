import type { ChangeFact, CommitFact, DeliveryFacts, DeploymentFact, IncidentFact } from "./facts.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Monday, 2 January 2023. */
export const START_MS = Date.UTC(2023, 0, 2);

export function commitFact(given: Partial<CommitFact> & { readonly sha: string }): CommitFact {
  return {
    parents: [],
    authoredAtMs: START_MS,
    committedAtMs: START_MS,
    author: "Ada <ada@example.org>",
    subject: `work ${given.sha}`,
    body: "",
    lines: null,
    ...given,
  };
}

/** A deployment whose name is its id. */
export function deploymentFact(given: Partial<DeploymentFact> & { readonly id: string }): DeploymentFact {
  return {
    name: given.id,
    url: null,
    service: "shop",
    environment: "production",
    kind: "deployment",
    revision: null,
    previousRevision: null,
    commits: null,
    startedAtMs: null,
    finishedAtMs: START_MS,
    outcome: "succeeded",
    isPlanned: null,
    remediates: [],
    isRollback: false,
    rollsBack: null,
    ...given,
  };
}

export function incidentFact(given: Partial<IncidentFact> & { readonly id: string }): IncidentFact {
  return {
    title: `incident ${given.id}`,
    url: null,
    detectedAtMs: START_MS,
    resolvedAtMs: null,
    causedBy: [],
    isCausedByChange: null,
    ...given,
  };
}

export function changeFact(given: Partial<ChangeFact> & { readonly id: string }): ChangeFact {
  return {
    repository: null,
    number: null,
    title: `change ${given.id}`,
    url: null,
    author: "ada",
    isAuthorBot: false,
    firstCommitAtMs: null,
    openedAtMs: START_MS,
    readyAtMs: null,
    reviews: [],
    mergedAtMs: null,
    abandonedAtMs: null,
    mergeCommit: null,
    commits: [],
    linesAdded: null,
    linesRemoved: null,
    filesChanged: null,
    ...given,
  };
}

export function factsOf(given: Partial<DeliveryFacts>): DeliveryFacts {
  return {
    commits: [],
    changes: [],
    deployments: [],
    incidents: [],
    pipelineRuns: [],
    testRuns: [],
    sources: [],
    ...given,
  };
}
