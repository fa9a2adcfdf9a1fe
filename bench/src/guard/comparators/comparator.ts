import type { ComparedCounts } from "@steadfast/core/guard/counts";

/** Another way to judge a candidate, fed the same counts as ours. */
export type Comparator = {
  /** One second's counts of both arms. @returns true when it would roll back now */
  see(tick: number, counts: ComparedCounts): boolean;
};

/** What is judged: a comparator that has no rule for it is not asked. */
export type Judged = "failures" | "latency";

export type ComparatorKind = {
  readonly name: string;
  readonly judges: readonly Judged[];
  readonly start: (judged: Judged) => Comparator;
};
