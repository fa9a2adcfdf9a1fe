import { type PastCounts, smoothedRate } from "./failure-rate-test.ts";

/** What is known of the baseline's failures: it chooses bets and sizes gates, it never decides. */
export type BaselinePast = {
  /** History and rollout, or what followed after the rate was last seen to have moved. */
  readonly known: PastCounts;
  /** Half of its weight lies in the last minute. */
  readonly recent: PastCounts;
};

const RECENT_DECAY = 2 ** (-1 / 60);
/** Nats by which the last minutes must contradict what was known before: 1 in 20,000 by chance. */
const MOVED_EVIDENCE = 10;

export function startPast(history: PastCounts): BaselinePast {
  return { known: history, recent: { requests: 0, failures: 0 } };
}

/** One tick passes. */
export function agePast(past: BaselinePast): BaselinePast {
  const { requests, failures } = past.recent;
  return { ...past, recent: { requests: requests * RECENT_DECAY, failures: failures * RECENT_DECAY } };
}

/**
 * Adds a closed block's baseline, and forgets what the last minutes contradict: an incident that is over would blunt
 * the bets for as long as it weighs in the mean.
 *
 * @param designEffect φ ≥ 1: failures in bursts contradict less
 */
export function addToPast(past: BaselinePast, added: PastCounts, designEffect: number): BaselinePast {
  const known = addPast(past.known, added);
  const recent = addPast(past.recent, added);
  return { known: contradiction(recent, known) > MOVED_EVIDENCE * designEffect ? recent : known, recent };
}

export function addPast(a: PastCounts, b: PastCounts): PastCounts {
  return { requests: a.requests + b.requests, failures: a.failures + b.failures };
}

/** Poisson divergence in nats: events may outnumber requests. */
function contradiction(recent: PastCounts, known: PastCounts): number {
  const expected = recent.requests * smoothedRate(known);
  const seen = recent.failures;
  return (seen > 0 ? seen * Math.log(seen / expected) : 0) - seen + expected;
}
