/**
 * What delivery is measured from: facts, CDEvents-shaped in meaning, whatever source told them.
 *
 * Two worlds meet here. A git clone knows commits, their parents and tags; a server knows deployments, pull requests, incidents. They are joined
 * by commit ids alone: a `DeploymentFact` names a `revision` that stands in `commits`, and then every commit in its ancestry that no earlier
 * deployment had is its own (`ownership.ts`); or it lists its `commits` itself, where nobody has the graph (a webhook with
 * `deploymentCommits[…]`); or it knows neither, and then counts for frequency and failures, never for lead time. A pull request is joined to what shipped it
 * by its `mergeCommit`, else by any of its `commits`.
 *
 * All facts of one computation belong to ONE service in ONE environment, and its commits to one repository (or to several whose pull-request numbers do not
 * clash). Order does not matter, and a fact that is told twice under one id is told once, the later in the list wins: the same set of facts gives the same report.
 *
 * All times are milliseconds since the epoch, UTC; they may lie before 1970 or in the future, for git and webhooks take any. Ids are opaque.
 *
 * @public
 */
export type DeliveryFacts = {
  readonly commits: readonly CommitFact[];
  /** Empty where only git is known: then stages between first commit and merge cannot be told apart. */
  readonly changes: readonly ChangeFact[];
  readonly deployments: readonly DeploymentFact[];
  readonly incidents: readonly IncidentFact[];
  readonly pipelineRuns: readonly PipelineRunFact[];
  readonly testRuns: readonly TestRunFact[];
  /** Who told these facts: a source that fell silent is shown as such, and never as "frequency fell". */
  readonly sources: readonly SourceFact[];
};

/** A commit of the graph. CDEvents has none: it travels in `customData`. */
export type CommitFact = {
  /** Full lower-case hexadecimal id, 40 or 64 digits. Equal ids are the same commit. */
  readonly sha: string;
  /** More than one: a merge, which carries no lead time of its own. A parent that is not among the commits is a boundary (shallow clone). */
  readonly parents: readonly string[];
  /** When the work began, as far as git knows. Copied by rebase, cherry-pick and amend. */
  readonly authoredAtMs: number;
  /** When it entered this history. Under squash-merge, the moment of the merge. */
  readonly committedAtMs: number;
  /** `Name <address>` as written; compared, never parsed. */
  readonly author: string;
  /** First line of the message. */
  readonly subject: string;
  /** The rest of the message where it names a revert, and of a merge (the request's title); may be `""` otherwise: nothing else is read from it. */
  readonly body: string;
  /** Lines added + removed; `null`: not measured, or nothing but binary files. */
  readonly lines: number | null;
};

/** A pull (or merge) request. CDEvents `change.*`. */
export type ChangeFact = {
  readonly id: string;
  /** `owner/name`, as the source calls it; `null`: there is only one. */
  readonly repository: string | null;
  /** As in `#123` or `!123`; reverts name it. */
  readonly number: number | null;
  readonly title: string;
  readonly url: string | null;
  /** The login, as the source calls it. */
  readonly author: string;
  readonly isAuthorBot: boolean;
  /** Author time of its first commit, before any squash; `null`: not told, and then coding cannot be told from what follows. */
  readonly firstCommitAtMs: number | null;
  readonly openedAtMs: number;
  /** When a draft was made ready (the last time); `null`: it was never a draft. */
  readonly readyAtMs: number | null;
  /** All reviews, in any order, also by the author and by bots: `stages.ts` picks the first by somebody else. */
  readonly reviews: readonly ReviewFact[];
  /** `null` while open or when abandoned. */
  readonly mergedAtMs: number | null;
  /** Closed without merging. */
  readonly abandonedAtMs: number | null;
  /** The commit that brought it into the main line (merge, squash or the last one rebased). */
  readonly mergeCommit: string | null;
  /** Its own commits, as far as they are known; they may have been squashed away. */
  readonly commits: readonly string[];
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
  readonly filesChanged: number | null;
};

export type ReviewFact = {
  readonly reviewer: string;
  readonly isBot: boolean;
  readonly atMs: number;
  readonly verdict: "approved" | "changes-requested" | "commented";
};

/**
 * Something reached (or tried to reach) users. CDEvents `service.deployed`, `.upgraded`, `.rolledback`; `artifact.published` where a tag is taken for a
 * deployment; our own type for a flag's rollout.
 */
export type DeploymentFact = {
  readonly id: string;
  /** What people call it: a tag, a version, a run. Orders deployments of the same moment. */
  readonly name: string;
  readonly url: string | null;
  readonly service: string;
  readonly environment: string;
  /**
   * `deployment`: recorded by what deployed it. `release`: a tag or a published release that stands for one; several of these on one commit are one
   * release point, and a late tag on an old commit is no rollback. `flag`: a flag's rollout, which ships no commits.
   */
  readonly kind: "deployment" | "release" | "flag";
  /** The commit that runs afterwards; `null`: not told, or a flag. */
  readonly revision: string | null;
  /** What ran before. Told for the first deployment, it makes a baseline of what was there instead of the deployment itself. */
  readonly previousRevision: string | null;
  /** The commits it brought, by a source that lists them; used where `revision` is not among `CommitFact`s. `null`: not told. */
  readonly commits: readonly string[] | null;
  readonly startedAtMs: number | null;
  /** When users had it: what deployments are ordered and lead times end by. `null`: still under way, and not counted yet. */
  readonly finishedAtMs: number | null;
  /** `failed` and `aborted` never reached everybody: counted as attempts; they ship nothing and are no deployments. */
  readonly outcome: "succeeded" | "failed" | "aborted";
  /** `null`: nobody said. Unplanned and remedial work is rework; it is never guessed from a version number. */
  readonly isPlanned: boolean | null;
  /** Ids of the deployments or incidents that this one is there to mend: the most certain link there is. */
  readonly remediates: readonly string[];
  /**
   * The guard or a person recorded that this took an earlier revision back. A deployment of an earlier revision counts as a rollback also unsaid.
   * `rollsBack` names the deployment taken back where that is known.
   */
  readonly isRollback: boolean;
  readonly rollsBack: string | null;
};

/** CDEvents `incident.detected`, `.reported`, `.resolved`. */
export type IncidentFact = {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly detectedAtMs: number;
  /** `null`: open. */
  readonly resolvedAtMs: number | null;
  /** Ids of deployments, or revisions, that caused it: explicit. Empty: looked for in the attribution window. */
  readonly causedBy: readonly string[];
  /** `false`: no change caused it (a data centre, a supplier): left out. `null`: nobody said. */
  readonly isCausedByChange: boolean | null;
};

/** CDEvents `pipelinerun.*`, `taskrun.*`; OpenTelemetry `cicd.pipeline.*`. */
export type PipelineRunFact = {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  readonly revision: string;
  readonly queuedAtMs: number | null;
  readonly startedAtMs: number;
  /** `null`: still running. */
  readonly finishedAtMs: number | null;
  readonly outcome: "succeeded" | "failed" | "cancelled" | null;
};

/** One test, run once. CDEvents `testcaserun.finished`. */
export type TestRunFact = {
  /** Suite and case, as one name that stays the same from run to run. */
  readonly test: string;
  /** Where its run can be looked at; `null`: not told. */
  readonly url: string | null;
  readonly revision: string;
  readonly finishedAtMs: number;
  readonly durationMs: number;
  readonly outcome: "passed" | "failed" | "skipped";
};

/** What a source can tell. */
export type FactKind = "commits" | "changes" | "deployments" | "incidents" | "pipeline-runs" | "test-runs";

export type SourceFact = {
  /** As shown: "git clone", "GitHub webhooks". */
  readonly name: string;
  readonly tells: readonly FactKind[];
  readonly firstHeardAtMs: number;
  readonly lastHeardAtMs: number;
};
