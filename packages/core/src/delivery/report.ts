import type {
  BatchRisk,
  FlakyTest,
  FlowCheck,
  SizeAgainstTime,
  StageLedger,
  StageName,
  TestCounts,
  WhatIf,
} from "./bottleneck-report.ts";
import type { Distribution, Interval } from "./distribution.ts";
import type { ChangeFact, FactKind } from "./facts.ts";

/**
 * What `measureDelivery(facts: DeliveryFacts, options: MeasureOptions): DeliveryReport` (measure.ts) answers. Plain data, JSON as it is. Durations are
 * milliseconds, ratios 0..1, times milliseconds since the epoch. Deterministic: the same facts and options give the same report, whatever the order of the facts.
 *
 * @public
 */
export type MeasureOptions = {
  /** Deployments with `fromMs ≤ finished < toMs` are measured; who owns a commit is computed over all of them up to `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** An incident that names no cause is laid to the last deployment at most this long before it. Default 24 h. */
  readonly attributionWindowMs?: number;
  /** Only these commits are measured (a package of a monorepo); ownership stays that of the whole graph. `null`: all. */
  readonly onlyCommits?: ReadonlySet<string> | null;
  /** `true`: for who prints figures only; `deployments` and `changes` are left empty. Default `false`. */
  readonly isSummary?: boolean;
  /** `true`: who asks chose the window, or fitted it to what is known; a pace is of all of it. Default `false`: of what the sources told of. */
  readonly isWindowKnown?: boolean;
  /** Seeds the bootstrap and the permutation tests. Default 1. */
  readonly seed?: number;
};

/** @public */
export type DeliveryReport = {
  readonly window: Window;
  readonly frequency: FrequencyReport;
  readonly commits: CommitCounts;
  readonly leadTime: {
    /** From the author's date: work began. */
    readonly author: LeadTime;
    /** From the committer's date: entered this history. Under squash-merge this is merge → release. */
    readonly committer: LeadTime;
    /** From the first commit of a pull request, per pull request; `null` where no pull request is known. */
    readonly change: LeadTime | null;
  };
  readonly changeFailRate: ChangeFailRate;
  readonly recovery: Recovery;
  readonly rework: Rework;
  readonly batch: BatchReport;
  /** One series a measure; each says whether a change can be detected at all. */
  readonly trend: readonly TrendSeries[];
  /** `null` where no pull request was shipped and no commit has both dates. */
  readonly stages: StageLedger | null;
  /** By effect on the median, the largest first: the first one is the bottleneck. Empty: nothing to replay. */
  readonly whatIf: readonly WhatIf[];
  readonly flow: FlowCheck | null;
  readonly batchRisk: BatchRisk;
  readonly sizes: SizeAgainstTime;
  readonly testCounts: TestCounts;
  /** Those that both passed and failed on one revision, the worst first. */
  readonly flakyTests: readonly FlakyTest[];
  /** In the window, by time: what every figure above is made of. */
  readonly deployments: readonly MeasuredDeployment[];
  readonly changes: readonly MeasuredChange[];
  /** Plain sentences: what was taken for granted. */
  readonly assumptions: readonly string[];
  /** What could not be known, and which source would tell. */
  readonly unknowns: readonly Unknown[];
  /** Sources that used to speak and fell silent before `toMs`: figures after that are not to be read as a fall. */
  readonly silentSources: readonly { readonly name: string; readonly lastHeardAtMs: number }[];
};

export type Window = { readonly fromMs: number; readonly toMs: number };

export type FrequencyReport = {
  /** Deployments that reached users in the window, rollbacks among them. Several tags on one commit are one. */
  readonly count: number;
  readonly rollbacks: number;
  /** Redeployments of the revision that was already running. */
  readonly redeployments: number;
  /** Attempts that failed or were aborted: not in `count`. */
  readonly failedAttempts: number;
  /** Of the window, what those who tell of deployments told of: not the time before their first word, not a silence at its end. At least a week. All of it where `isWindowKnown`. */
  readonly knownMs: number;
  /** `count` per 7 days of `knownMs`. */
  readonly perWeek: number;
  /** Of `perWeek`, 95 %, if deployments come independently of each other. */
  readonly interval: Interval;
  /** Milliseconds from one deployment to the next. */
  readonly gapMs: Distribution;
};

export type CommitCounts = {
  /** Shipped in the window, merges and `duplicates` left out. */
  readonly nonMerge: number;
  readonly merge: number;
  /** Cherry-picks of what was shipped already (same author, author time and subject). */
  readonly duplicates: number;
  /** Known and not shipped before the window's end. */
  readonly unreleased: number;
  /** Listed by a deployment, but no source has them: they have no lead time. */
  readonly unknown: number;
};

export type LeadTime = Distribution & {
  /** Values below zero (clock skew, rebase): counted here, left out of the rest. */
  readonly negative: number;
  /** Of the median, by a bootstrap over deployments; `null` below two deployments. */
  readonly medianInterval: Interval | null;
};

export type FailureKind =
  | "remediates"
  | "rollback"
  | "revert-sha"
  | "revert-pull-request"
  | "revert-title"
  | "incident-cause"
  | "incident-window";

/**
 * How sure a link is, most certain first. `explicit`: somebody named the deployment. `recorded`: a rollback was recorded or seen. `strong`: a revert names the commit or
 * the request. `likely`: a revert quotes its title, or which request it names is a guess. `possible`: an incident followed within the window. `not-proven-which`: several deployments were taken back at
 * once and no evidence names one.
 */
export type Certainty = "explicit" | "recorded" | "strong" | "likely" | "possible" | "not-proven-which";

/** One failed deployment, with the most certain of its links. */
export type FailureLink = {
  readonly deploymentId: string;
  readonly release: string;
  /** Its finish: names may be the same. */
  readonly atMs: number;
  readonly failedBy: FailureKind;
  readonly certainty: Certainty;
  /** A sentence with what was found: a subject, a sha, an incident's title. */
  readonly evidence: string;
  /** The deployment that mended it, maybe after the window's end; `null`: none has yet, or it ended without one. */
  readonly recoveredByDeploymentId: string | null;
  readonly recoveredBy: string | null;
  /** Its finish to the remedy's finish, or the incident's end; `null` while open. */
  readonly recoveryMs: number | null;
  /** How long it has been open at the window's end; `null` once recovered. */
  readonly openForMs: number | null;
  /** Deployments of one group were taken back together: they count as one failure. `null`: stands alone. */
  readonly group: string | null;
};

export type UnlinkedFailure = {
  readonly kind: FailureKind;
  readonly evidence: string;
  readonly atMs: number;
  readonly why: string;
};

export type ChangeFailRate = {
  /** Distinct failed deployments; a group counts once. */
  readonly failed: number;
  /** Deployments minus rollbacks: the denominator. */
  readonly deployments: number;
  /** failed ÷ deployments; `null` without deployments. */
  readonly rate: number | null;
  /** failed ÷ all deployments, rollbacks among them: how some count. */
  readonly rateOfAll: number | null;
  /** Wilson, 95 %. */
  readonly interval: Interval | null;
  readonly links: readonly FailureLink[];
  /** Signs of failure in the window that no deployment could be found for. */
  readonly unlinked: readonly UnlinkedFailure[];
};

export type Recovery = Distribution & {
  /** Of the median, 95 %; `null` below five. */
  readonly medianInterval: Interval | null;
  /** Failures of the window that nothing known has mended, also after its end: censored, not dropped. */
  readonly open: number;
  /** Median that counts open ones as still running (Kaplan–Meier); `null` where it is not reached. */
  readonly medianWithOpen: number | null;
};

export type Rework = {
  /** Unplanned deployments made because of a production problem: rollbacks, remedies, deployments that ship a revert. */
  readonly count: number;
  readonly deployments: number;
  readonly rate: number | null;
  readonly interval: Interval | null;
};

export type BatchReport = {
  /** Non-merge commits a deployment, over deployments that were measured (no baseline, rollback, flag). */
  readonly commitsPerRelease: Distribution;
  /** Lines added + removed a commit; n is 0 where lines were not measured. */
  readonly linesPerCommit: Distribution;
  readonly linesPerRelease: Distribution;
};

export type TrendMeasure = "lead-time" | "frequency" | "change-fail-rate" | "recovery" | "rework" | "batch";

export type TrendSeries = {
  readonly measure: TrendMeasure;
  readonly periodMs: number;
  /** Without gaps, by the period of the deployment that a value is of. */
  readonly points: readonly TrendPoint[];
  /** `too-few`: fewer periods with data than a test needs. */
  readonly finding: "change" | "no-detectable-change" | "too-few";
  readonly changePoints: readonly TrendChange[];
};

export type TrendPoint = {
  readonly fromMs: number;
  /** What `value` is made of: commits, deployments, failures. */
  readonly n: number;
  /** Recovery time alone: how many of `n` are still open. They count as running, and lengthen the median. */
  readonly open?: number;
  /**
   * `null` in a period without data. Lead time and recovery: median, ms. Frequency and batch: counts. Rates: 0..1. The recovery of a period of which fewer than half
   * are over is not known yet: `null`.
   */
  readonly value: number | null;
};

export type TrendChange = {
  /** Start of the first period after the change. */
  readonly atMs: number;
  readonly before: number;
  readonly after: number;
  /** Chance of a split this clear in a series without one. */
  readonly pValue: number;
};

export type MeasuredDeployment = {
  readonly id: string;
  readonly name: string;
  readonly atMs: number;
  readonly kind: "deployment" | "release" | "flag";
  readonly revision: string | null;
  /** `baseline`: the first one, whose history is not measured. `unknown`: nobody told what it brought. */
  readonly role: "shipped" | "baseline" | "rollback" | "redeployment" | "unknown";
  readonly nonMerge: number;
  readonly merge: number;
  /** How many of `changes` it shipped: pull requests, and commits that belong to none. */
  readonly changes: number;
  readonly lines: number | null;
  readonly medianLeadMs: number | null;
  readonly isFailed: boolean;
  readonly isRework: boolean;
};

/** One shipped pull request with its stages, else one shipped commit. */
export type MeasuredChange = {
  /** `ChangeFact.id`, or a commit's sha. */
  readonly id: string;
  readonly unit: "pull request" | "commit";
  readonly title: string;
  readonly author: string;
  readonly deploymentId: string;
  readonly shippedAtMs: number;
  /** From the first commit's author time; `null`: negative. */
  readonly leadMs: number | null;
  readonly linesChanged: number | null;
  readonly stagesMs: Readonly<Partial<Record<StageName, number>>>;
  readonly change: ChangeFact | null;
};

export type Unknown = { readonly what: string; readonly source: string; readonly tells: readonly FactKind[] };

/** Below these many values a median is "too few" on every page. @public */
export const MEDIAN_N_MIN = 5;
/** The same for a 90th percentile. @public */
export const P90_N_MIN = 10;
/** The same for a rate: deployments in its denominator. @public */
export const RATE_N_MIN = 10;
