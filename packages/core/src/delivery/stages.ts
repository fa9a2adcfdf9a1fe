import type { StageName } from "./bottleneck-report.ts";
import type { ChangeFact } from "./facts.ts";
import type { Shipment } from "./shipments.ts";

export const REQUEST_STAGES: readonly StageName[] = ["coding", "pickup", "review", "merge", "queue", "rollout"];
export const COMMIT_STAGES: readonly StageName[] = ["development", "queue"];

/** Somebody or something is waited for. Review is work, with waiting in it that nobody records. */
export const WAITING_STAGES: ReadonlySet<StageName> = new Set<StageName>(["pickup", "merge", "queue"]);

/** When each stage of a change ended; the stages follow each other without gaps from `startMs`. */
export type StagedChange = {
  readonly startMs: number;
  /** In the order of the stages; never decreasing. */
  readonly endsMs: readonly number[];
  readonly stages: readonly StageName[];
  /** Those of them that nobody told the length of. They end where they began, which is no zero: no median and no share is made of them. */
  readonly untold: readonly StageName[];
};

/**
 * A pull request's way to users. Where a step was skipped its stage is 0: without a review by somebody else the time from opening to merging is `merge`. A step that
 * is told out of order (a review of a draft) ends no earlier than the one before. Without a first commit coding is untold, and the way begins where the request was opened; without the
 * moment its deployment began the rollout is, and counts as queue.
 *
 * @returns `null` for one that was not merged, or was shipped before it began
 */
export function stageRequest(change: ChangeFact, shipment: Shipment): StagedChange | null {
  if (change.mergedAtMs === null) return null;
  const openMs = Math.max(change.openedAtMs, change.readyAtMs ?? change.openedAtMs);
  const startMs = Math.min(change.firstCommitAtMs ?? openMs, openMs);
  const mergedMs = change.mergedAtMs;
  const reviewedMs = firstReviewOf(change) ?? openMs;
  const approvedMs = approvalOf(change) ?? reviewedMs;
  const beganMs = shipment.fact.startedAtMs ?? shipment.atMs;
  if (mergedMs < startMs || shipment.atMs < mergedMs) return null;
  const endsMs: number[] = [];
  for (const [index, endMs] of [openMs, reviewedMs, approvedMs, mergedMs, beganMs, shipment.atMs].entries()) {
    const bounded = Math.min(endMs, index < 4 ? mergedMs : shipment.atMs);
    endsMs.push(Math.max(bounded, endsMs.at(-1) ?? startMs));
  }
  const untold: StageName[] = [];
  if (change.firstCommitAtMs === null) untold.push("coding");
  if (shipment.fact.startedAtMs === null) untold.push("rollout");
  return { startMs, endsMs, stages: REQUEST_STAGES, untold };
}

/** From git alone: the author's date, the arrival on a released line, the release. @returns `null` where these run backwards */
export function stageCommit(authoredAtMs: number, arrivedAtMs: number, shippedAtMs: number): StagedChange | null {
  if (arrivedAtMs < authoredAtMs || shippedAtMs < arrivedAtMs) return null;
  return { startMs: authoredAtMs, endsMs: [arrivedAtMs, shippedAtMs], stages: COMMIT_STAGES, untold: [] };
}

/** Of the stages that were told. */
export function durationsOf({
  startMs,
  endsMs,
  stages,
  untold,
}: StagedChange): Readonly<Partial<Record<StageName, number>>> {
  const durations: Partial<Record<StageName, number>> = {};
  let fromMs = startMs;
  for (let index = 0; index < stages.length; index += 1) {
    const stage = stages[index];
    const endMs = endsMs[index] ?? 0;
    if (stage !== undefined && !untold.includes(stage)) durations[stage] = endMs - fromMs;
    fromMs = endMs;
  }
  return durations;
}

/** By somebody else, and no bot; while the change was open. */
function firstReviewOf(change: ChangeFact): number | null {
  const times = humanReviews(change).map(({ atMs }) => atMs);
  return times.length === 0 ? null : Math.min(...times);
}

/** The first approval after the last request for changes: what came before it was taken back. */
function approvalOf(change: ChangeFact): number | null {
  const reviews = humanReviews(change);
  const objections = reviews.filter(({ verdict }) => verdict === "changes-requested").map(({ atMs }) => atMs);
  const lastObjectionMs = Math.max(Number.NEGATIVE_INFINITY, ...objections);
  const approvals = reviews.filter(({ verdict, atMs }) => verdict === "approved" && atMs >= lastObjectionMs);
  return approvals.length === 0 ? null : Math.min(...approvals.map(({ atMs }) => atMs));
}

function humanReviews({ reviews, author, mergedAtMs }: ChangeFact): ChangeFact["reviews"] {
  return reviews.filter(
    ({ reviewer, isBot, atMs }) => !isBot && reviewer !== author && (mergedAtMs === null || atMs <= mergedAtMs),
  );
}
