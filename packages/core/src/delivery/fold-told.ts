import type {
  ChangeFact,
  CommitFact,
  DeliveryFacts,
  DeploymentFact,
  IncidentFact,
  PipelineRunFact,
  ReviewFact,
  TestRunFact,
} from "./facts.ts";
import { linkOf } from "./link.ts";
import type { Told, ToldKind } from "./told.ts";

type ToldOf<Kind extends ToldKind> = Extract<Told, { kind: Kind }>;

/**
 * The facts that a set of tellings amounts to. The order of the tellings does not matter, and a message that is told twice counts once: of what was said about a
 * subject, the latest by `atMs` holds (then by source and message id), field by field; reviews and commits add up, and of several beginnings (opened, detected) the
 * earliest holds.
 *
 * A fact needs the least that its figures need: a deployment a service, an incident a start, a run a revision. What has not got that yet is left out until it is told.
 *
 * Pure. O(n log n) in the tellings.
 */
export function foldTold(tellings: readonly Told[]): Omit<DeliveryFacts, "sources"> {
  const inOrder = tellings.toSorted(byMoment);
  return {
    commits: subjects(inOrder, isCommit).flatMap(toCommit),
    changes: subjects(inOrder, isChange).flatMap(toChange),
    deployments: subjects(inOrder, isDeployment).flatMap(toDeployment),
    incidents: subjects(inOrder, isIncident).flatMap(toIncident),
    pipelineRuns: subjects(inOrder, isPipelineRun).flatMap(toPipelineRun),
    testRuns: subjects(inOrder, isTestRun).flatMap(toTestRun),
  };
}

function byMoment(a: Told, b: Told): number {
  return a.atMs - b.atMs || compare(a.source, b.source) || compare(a.messageId, b.messageId);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const isCommit = (each: Told): each is ToldOf<"commit"> => each.kind === "commit";
const isChange = (each: Told): each is ToldOf<"change"> => each.kind === "change";
const isDeployment = (each: Told): each is ToldOf<"deployment"> => each.kind === "deployment";
const isIncident = (each: Told): each is ToldOf<"incident"> => each.kind === "incident";
const isPipelineRun = (each: Told): each is ToldOf<"pipeline-run"> => each.kind === "pipeline-run";
const isTestRun = (each: Told): each is ToldOf<"test-run"> => each.kind === "test-run";

type Subject<T extends Told> = { readonly id: string; readonly tellings: readonly T[]; readonly told: T["told"] };

/** By subject, in the order of their names: what was said in all, the later over the earlier. */
function subjects<T extends Told>(tellings: readonly Told[], isOfKind: (told: Told) => told is T): Subject<T>[] {
  const bySubject = new Map<string, T[]>();
  for (const each of tellings) {
    if (!isOfKind(each)) continue;
    const others = bySubject.get(each.subject);
    if (others) others.push(each);
    else bySubject.set(each.subject, [each]);
  }
  return [...bySubject.keys()].sort(compare).flatMap((id) => {
    const all = bySubject.get(id) ?? [];
    const [first, ...later] = all;
    return first === undefined ? [] : [{ id, tellings: all, told: mergeTold(first.told, later) }];
  });
}

/** Most subjects are told of once: nothing is copied for those. */
function mergeTold<T extends object>(first: T, later: readonly { readonly told: T }[]): T {
  if (later.length === 0) return first;
  const merged = { ...first };
  for (const { told } of later) {
    for (const field in told) {
      if (told[field] !== undefined) merged[field] = told[field];
    }
  }
  return merged;
}

function toCommit({ id, told }: Subject<ToldOf<"commit">>): CommitFact[] {
  const { parents = [], authoredAtMs, committedAtMs = authoredAtMs } = told;
  if (authoredAtMs === undefined || committedAtMs === undefined) return [];
  const { author = "", subject = "", body = "", lines = null } = told;
  return [{ sha: id, parents, authoredAtMs, committedAtMs, author, subject, body, lines }];
}

function toChange({ id, tellings, told }: Subject<ToldOf<"change">>): ChangeFact[] {
  const opened = tellings.flatMap((each) => each.told.openedAtMs ?? []);
  const openedAtMs = opened.length > 0 ? Math.min(...opened) : tellings[0]?.atMs;
  if (openedAtMs === undefined) return [];
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
      mergedAtMs: told.mergedAtMs ?? null,
      abandonedAtMs: told.abandonedAtMs ?? null,
      mergeCommit: told.mergeCommit ?? null,
      commits: [...new Set(tellings.flatMap((each) => each.told.commits ?? []))].sort(compare),
      linesAdded: told.linesAdded ?? null,
      linesRemoved: told.linesRemoved ?? null,
      filesChanged: told.filesChanged ?? null,
    },
  ];
}

function distinctReviews(reviews: readonly ReviewFact[]): ReviewFact[] {
  const distinct = new Map(reviews.map((review) => [`${review.atMs} ${review.verdict} ${review.reviewer}`, review]));
  return [...distinct.values()].sort((a, b) => a.atMs - b.atMs || compare(a.reviewer, b.reviewer));
}

function toDeployment({ id, tellings, told }: Subject<ToldOf<"deployment">>): DeploymentFact[] {
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
      remediates: [...new Set(tellings.flatMap((each) => each.told.remediates ?? []))].sort(compare),
      isRollback: told.isRollback ?? false,
      rollsBack: told.rollsBack ?? null,
    },
  ];
}

function toIncident({ id, tellings, told }: Subject<ToldOf<"incident">>): IncidentFact[] {
  const detected = tellings.flatMap((each) => each.told.detectedAtMs ?? []);
  if (detected.length === 0) return [];
  return [
    {
      id,
      title: told.title ?? id,
      url: linkOf(told.url),
      detectedAtMs: Math.min(...detected),
      resolvedAtMs: told.resolvedAtMs ?? null,
      causedBy: [...new Set(tellings.flatMap((each) => each.told.causedBy ?? []))].sort(compare),
      isCausedByChange: told.isCausedByChange ?? null,
    },
  ];
}

function toPipelineRun({ id, told }: Subject<ToldOf<"pipeline-run">>): PipelineRunFact[] {
  const { revision, startedAtMs } = told;
  if (revision === undefined || startedAtMs === undefined) return [];
  const { name = id, url, queuedAtMs = null, finishedAtMs = null, outcome = null } = told;
  return [{ id, name, url: linkOf(url), revision, queuedAtMs, startedAtMs, finishedAtMs, outcome }];
}

function toTestRun({ told }: Subject<ToldOf<"test-run">>): TestRunFact[] {
  const { test, url, revision, finishedAtMs, durationMs = 0, outcome } = told;
  if (test === undefined || revision === undefined || finishedAtMs === undefined || outcome === undefined) return [];
  return [{ test, url: linkOf(url), revision, finishedAtMs, durationMs, outcome }];
}
