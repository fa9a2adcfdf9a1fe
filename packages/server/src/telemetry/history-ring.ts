import { type ArmCounts, NO_COUNTS } from "@steadfast/core/guard/counts";
import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";

export const HISTORY_SECONDS = 300;
export const HISTORY_BUCKET_SECONDS = 10;

const HISTORY_MS = HISTORY_SECONDS * 1_000;
const BUCKET_MS = HISTORY_BUCKET_SECONDS * 1_000;

/** Counts, and the seconds they were gathered over. */
export type TimedCounts = ArmCounts & { readonly seconds: number };

/** The last five minutes of one arm, in 30 buckets of ten seconds: memory and merging are bounded whatever the traffic. */
export class HistoryRing {
  #buckets: { readonly startMs: number; counts: ArmCounts }[] = [];
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add(nowMs: number, counts: ArmCounts): void {
    this.#forget(nowMs);
    const startMs = Math.floor(nowMs / BUCKET_MS) * BUCKET_MS;
    // Later than now: the clock was set back, and what is here would stay until it has caught up.
    if ((this.#buckets.at(-1)?.startMs ?? 0) > startMs) this.#buckets = [];
    if (this.#buckets.length === 0) this.#sinceMs = nowMs;
    const last = this.#buckets.at(-1);
    if (last?.startMs === startMs) last.counts = mergeArmCounts(last.counts, counts);
    else this.#buckets.push({ startMs, counts });
  }

  /** `seconds` is how long this arm has been seen, 1..310: a bucket is forgotten whole. */
  total(nowMs: number): TimedCounts {
    this.#forget(nowMs);
    const counts = this.#buckets.reduce((sum, bucket) => mergeArmCounts(sum, bucket.counts), NO_COUNTS);
    const sinceMs = Math.max(this.#sinceMs, Math.floor((nowMs - HISTORY_MS) / BUCKET_MS) * BUCKET_MS);
    return { ...counts, seconds: Math.max(1, Math.round((nowMs - sinceMs) / 1_000)) };
  }

  isEmpty(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#buckets.length === 0;
  }

  #forget(nowMs: number): void {
    const oldestMs = Math.floor((nowMs - HISTORY_MS) / BUCKET_MS) * BUCKET_MS;
    const stale = this.#buckets.findIndex((bucket) => bucket.startMs >= oldestMs);
    if (stale === -1) this.#buckets = [];
    else if (stale > 0) this.#buckets.splice(0, stale);
  }
}
