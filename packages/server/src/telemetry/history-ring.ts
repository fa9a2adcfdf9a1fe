import { type ArmCounts, NO_COUNTS } from "@steadfast/core/guard/counts";
import { mergeArmCounts } from "@steadfast/core/guard/merge-counts";
import { ArmAccumulator } from "./arm-accumulator.ts";
import { type PackedCounts, packCounts, unpackCounts } from "./packed-counts.ts";

export const HISTORY_SECONDS = 300;
export const HISTORY_BUCKET_SECONDS = 10;

const HISTORY_MS = HISTORY_SECONDS * 1_000;
const BUCKET_MS = HISTORY_BUCKET_SECONDS * 1_000;

/** Counts, and the seconds they were gathered over. */
export type TimedCounts = ArmCounts & { readonly seconds: number };

/** A bucket that no count is added to any more. */
type ClosedBucket = { readonly startMs: number; readonly counts: PackedCounts };

/** Summing is synchronous and takes what it summed: one does for all. */
const SUM = new ArmAccumulator();

/**
 * The last five minutes of one arm, in 30 buckets of ten seconds and the one that is open: memory and merging are bounded
 * whatever the traffic. A closed bucket is packed: 31 of them, each with 136 latency buckets (5 to 95 ms), are some 7 kB.
 */
export class HistoryRing {
  #closed: ClosedBucket[] = [];
  #open: { readonly startMs: number; counts: ArmCounts } | undefined;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add(nowMs: number, counts: ArmCounts): void {
    this.#forget(nowMs);
    const startMs = Math.floor(nowMs / BUCKET_MS) * BUCKET_MS;
    // Later than now: the clock was set back, and what is here would stay until it has caught up.
    if (this.#open && this.#open.startMs > startMs) this.#clear();
    if (!this.#open) this.#sinceMs = nowMs;
    if (this.#open?.startMs === startMs) {
      this.#open.counts = mergeArmCounts(this.#open.counts, counts);
      return;
    }
    if (this.#open) this.#closed.push({ startMs: this.#open.startMs, counts: packCounts(this.#open.counts) });
    this.#open = { startMs, counts };
  }

  /** `seconds` is how long this arm has been seen, 1..310: a bucket is forgotten whole. */
  total(nowMs: number): TimedCounts {
    this.#forget(nowMs);
    for (const bucket of this.#closed) SUM.addCounts(unpackCounts(bucket.counts));
    if (this.#open) SUM.addCounts(this.#open.counts);
    const sinceMs = Math.max(this.#sinceMs, oldestStart(nowMs));
    return { ...(SUM.take() ?? NO_COUNTS), seconds: Math.max(1, Math.round((nowMs - sinceMs) / 1_000)) };
  }

  isEmpty(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#open === undefined;
  }

  /** Buckets, the open one too; at most 31. */
  size(): number {
    return this.#closed.length + (this.#open ? 1 : 0);
  }

  #forget(nowMs: number): void {
    const oldestMs = oldestStart(nowMs);
    if (this.#open && this.#open.startMs < oldestMs) this.#clear();
    const kept = this.#closed.findIndex((bucket) => bucket.startMs >= oldestMs);
    if (kept === -1) this.#closed = [];
    else if (kept > 0) this.#closed.splice(0, kept);
  }

  #clear(): void {
    this.#closed = [];
    this.#open = undefined;
  }
}

function oldestStart(nowMs: number): number {
  return Math.floor((nowMs - HISTORY_MS) / BUCKET_MS) * BUCKET_MS;
}
