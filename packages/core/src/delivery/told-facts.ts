import { compareText } from "./compare-text.ts";
import type {
  ChangeFact,
  CommitFact,
  DeploymentFact,
  IncidentFact,
  PipelineRunFact,
  ReviewFact,
  TestRunFact,
} from "./facts.ts";
import { linkOf } from "./link.ts";
import type { Told, ToldKind } from "./told.ts";

// What is told of a subject, as a fact: none as long as that is less than its figures need.

type ToldOf<Kind extends ToldKind> = Extract<Told, { kind: Kind }>;

/** What was told of one thing, the earliest first (of a commit, what was guessed before that), and what that says in all, the later over the earlier. */
export type Subject<Each extends Told> = {
  readonly id: string;
  readonly tellings: readonly Each[];
  readonly told: Each["told"];
};

export function toCommit({ id, told }: Subject<ToldOf<"commit">>): CommitFact[] {
  const { parents = [], authoredAtMs, committedAtMs = authoredAtMs } = told;
  if (authoredAtMs === undefined || committedAtMs === undefined) return [];
  const { author = "", subject = "", body = "", lines = null } = told;
  return [{ sha: id, parents, authoredAtMs, committedAtMs, author, subject, body, lines }];
}

export function toChange({ id, tellings, told }: Subject<ToldOf<"change">>): ChangeFact[] {
  const opened = tellings.flatMap((each) => each.told.openedAtMs ?? []);
  const openedAtMs = opened.length > 0 ? Math.min(...opened) : tellings[0]?.atMs;
  if (openedAtMs === undefined) return [];
  const { mergedAtMs = null, abandonedAtMs = null } = told;
  return [
    {
      id,
      repository: told.repository ?? null,
      number: told.number ?? null,
      title: told.title ?? "",
      url: linkOf(told.url),
      author: told.author ?? "",
      isAuthorBot: told.isAuthorBot ?? false,
      firstCommitAtMs: told.firstCommitAtMs ?? null,
      openedAtMs,
      readyAtMs: told.readyAtMs ?? null,
      reviews: distinctReviews(tellings.flatMap((each) => each.told.reviews ?? [])),
      mergedAtMs,
      abandonedAtMs: mergedAtMs === null ? abandonedAtMs : null,
      mergeCommit: told.mergeCommit ?? null,
      commits: [...new Set(tellings.flatMap((each) => each.told.commits ?? []))].sort(),
      linesAdded: told.linesAdded ?? null,
      linesRemoved: told.linesRemoved ?? null,
      filesChanged: told.filesChanged ?? null,
    },
  ];
}

function distinctReviews(reviews: readonly ReviewFact[]): ReviewFact[] {
  const distinct = new Map(reviews.map((review) => [`${review.atMs} ${review.verdict} ${review.reviewer}`, review]));
  return [...distinct.values()].sort((a, b) => a.atMs - b.atMs || compareText(a.reviewer, b.reviewer));
}

export function toDeployment({ id, tellings, told }: Subject<ToldOf<"deployment">>): DeploymentFact[] {
  const { service, environment } = told;
  if (service === undefined || environment === undefined) return [];
  return [
    {
      id,
      name: told.name ?? id,
      url: linkOf(told.url),
      service,
      environment,
      kind: told.kind ?? "deployment",
      revision: told.revision ?? null,
      previousRevision: told.previousRevision ?? null,
      commits: told.commits ?? null,
      startedAtMs: told.startedAtMs ?? null,
      finishedAtMs: told.finishedAtMs ?? null,
      outcome: told.outcome ?? "succeeded",
      isPlanned: told.isPlanned ?? null,
      remediates: [...new Set(tellings.flatMap((each) => each.told.remediates ?? []))].sort(),
      isRollback: told.isRollback ?? false,
      rollsBack: told.rollsBack ?? null,
    },
  ];
}

export function toIncident({ id, tellings, told }: Subject<ToldOf<"incident">>): IncidentFact[] {
  const detected = tellings.flatMap((each) => each.told.detectedAtMs ?? []);
  if (detected.length === 0 || told.isRetracted) return [];
  return [
    {
      id,
      title: told.title ?? id,
      url: linkOf(told.url),
      detectedAtMs: Math.min(...detected),
      resolvedAtMs: told.resolvedAtMs ?? null,
      causedBy: [...new Set(tellings.flatMap((each) => each.told.causedBy ?? []))].sort(),
      isCausedByChange: told.isCausedByChange ?? null,
    },
  ];
}

export function toPipelineRun({ id, told }: Subject<ToldOf<"pipeline-run">>): PipelineRunFact[] {
  const { revision, startedAtMs } = told;
  if (revision === undefined || startedAtMs === undefined) return [];
  const { name = id, url, queuedAtMs = null, finishedAtMs = null, outcome = null } = told;
  return [{ id, name, url: linkOf(url), revision, queuedAtMs, startedAtMs, finishedAtMs, outcome }];
}

export function toTestRun({ told }: Subject<ToldOf<"test-run">>): TestRunFact[] {
  const { test, url, revision, finishedAtMs, durationMs = 0, outcome } = told;
  if (test === undefined || revision === undefined || finishedAtMs === undefined || outcome === undefined) return [];
  return [{ test, url: linkOf(url), revision, finishedAtMs, durationMs, outcome }];
}
