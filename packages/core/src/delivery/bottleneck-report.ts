import type { Distribution, Interval } from "./distribution.ts";
import type { TestRunFact } from "./facts.ts";

/**
 * A stage of a change on its way. With pull requests: coding, pickup, review, merge, queue, rollout. From git alone only `development` (author's date → committer's date: coding
 * to merge, unsplit) and `queue` (→ release).
 */
export type StageName = "coding" | "pickup" | "review" | "merge" | "development" | "queue" | "rollout";

export type StageLedger = {
  readonly unit: "pull request" | "commit";
  /** Changes the ledger is made of; those with a missing or negative stage are in `left`. */
  readonly n: number;
  readonly left: number;
  readonly stages: readonly StageShare[];
  /** The slowest tenth: changes whose stages took `leastMs` or more in all. At least one; more than a tenth where several are equally slow. */
  readonly slowest: { readonly n: number; readonly leastMs: number };
  /** The same by calendar week of the deployment, for a stacked bar: mean milliseconds a stage, of the changes that it is told of; a stage told of none is not there. */
  readonly weeks: readonly {
    readonly fromMs: number;
    readonly n: number;
    readonly meanMs: Readonly<Partial<Record<StageName, number>>>;
  }[];
};

export type StageShare = {
  readonly stage: StageName;
  /** Waiting for somebody or something, as opposed to work. */
  readonly isWaiting: boolean;
  /** Of the changes that it is told of: `n` is less than the ledger's where nobody told of some. */
  readonly ms: Distribution;
  /** Of the total time of those changes; `null`: of none. Where all stages are told of all changes, the shares add up to 1. */
  readonly shareOfTotal: number | null;
  /** The same of the slowest tenth. */
  readonly shareOfSlowest: number | null;
  /** Within it, time in which nothing but CI stood in the way (queued, running), mean a change; `null`: no runs known. */
  readonly ciQueueMs: number | null;
  readonly ciRunMs: number | null;
};

/** "If `stage` were capped at `capMs`, …", by replay on the real deployments. */
export type WhatIf = {
  readonly stage: StageName;
  readonly capMs: number;
  /** Changes the cap touches, of all that were replayed. */
  readonly touched: number;
  readonly n: number;
  readonly median: { readonly before: number; readonly after: number; readonly afterInterval: Interval };
  readonly p90: { readonly before: number; readonly after: number; readonly afterInterval: Interval };
  /** Changes whose saving was absorbed: faster, yet shipped by the same deployment. */
  readonly absorbed: number;
};

/** Little's law: work in progress ÷ throughput beside the observed mean. A large difference means bad data. */
export type FlowCheck = {
  readonly meanInProgress: number;
  readonly throughputPerWeek: number;
  readonly expectedMeanMs: number;
  readonly observedMeanMs: number;
  readonly isConsistent: boolean;
};

/** Larger deployments fail more often each, and less for what they carry: both, or neither. */
export type BatchRisk = {
  /** Halves by size, at the median. Empty: too few. */
  readonly groups: readonly {
    readonly commitsMin: number;
    readonly commitsMax: number;
    readonly deployments: number;
    readonly failed: number;
    readonly commits: number;
    readonly perRelease: number;
    readonly perThousandCommits: number;
  }[];
  /** Fisher's exact test, two-sided, on failed by group; `null`: too few. */
  readonly pValue: number | null;
};

export type FlakyTest = {
  readonly test: string;
  /** Revisions on which it both passed and failed, of revisions on which it ran more than once. */
  readonly flakyRevisions: number;
  readonly revisions: number;
  readonly rate: number;
  /** Wilson, 95 %. */
  readonly interval: Interval;
  /** Time of its failed runs on those revisions. */
  readonly lostMs: number;
  /** What it is made of: its runs on the revisions where it did both, newest first, at most 20 of `runCount`. */
  readonly runs: readonly TestRunFact[];
  readonly runCount: number;
};

/** What was known of tests in the window: without a test that ran twice on one revision, none can be called flaky, or steady. */
export type TestCounts = {
  readonly runs: number;
  readonly tests: number;
  /** Tests that ran more than once on some revision. */
  readonly repeatedTests: number;
  /** Tests that passed and failed on one revision: a report lists the worst of them. */
  readonly flakyTests: number;
};

/** Size of shipped pull requests against the time from opened (or ready) to merged. */
export type SizeAgainstTime = {
  /** Pull requests with both. */
  readonly n: number;
  /** Shipped, and without a size or with dates that run backwards. */
  readonly left: number;
  /** By size, the smallest first; all of them, those without a pull request too. */
  readonly bins: readonly {
    /** Lines added + removed, inclusive. `null`: without end. */
    readonly linesMin: number;
    readonly linesMax: number | null;
    readonly ms: Distribution;
  }[];
};
