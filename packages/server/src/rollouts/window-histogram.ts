import type { HistogramCounts } from "@steadfast/core/guard/counts";
import { BUCKETS_PER_DOUBLING, MAX_BUCKET_INDEX, MIN_BUCKET_INDEX } from "@steadfast/core/guard/histogram";

/** A percentile of fewer latencies than this says nothing: one of them alone would be it. */
const LEAST_COUNT = { p50: 10, p95: 20, p99: 100 } as const;

export type Percentiles = { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };

/** Latencies of the last `windowTicks` windows, added and taken away again. 8 kB; a percentile costs one pass over it. */
export class WindowHistogram {
  readonly #buckets = new Float64Array(MAX_BUCKET_INDEX - MIN_BUCKET_INDEX + 1);
  readonly #windowTicks: number;
  #kept: (HistogramCounts | undefined)[] = [];
  #zeroCount = 0;
  #total = 0;
  // The first and last bucket that was ever in use: latencies lie close together.
  #lowest = Number.POSITIVE_INFINITY;
  #highest = 0;

  constructor(windowTicks: number) {
    this.#windowTicks = windowTicks;
  }

  /** One tick; `undefined`: nothing came. */
  add(counts: HistogramCounts | undefined): void {
    this.#kept.push(counts);
    this.#apply(counts, 1);
    if (this.#kept.length > this.#windowTicks) this.#apply(this.#kept.shift(), -1);
  }

  clear(): void {
    for (const counts of this.#kept) this.#apply(counts, -1);
    this.#kept = [];
  }

  /** Milliseconds, each within 1.1 %; `null` where there are too few. */
  percentiles(): Percentiles {
    return {
      p50: this.#total < LEAST_COUNT.p50 ? null : this.#quantile(0.5),
      p95: this.#total < LEAST_COUNT.p95 ? null : this.#quantile(0.95),
      p99: this.#total < LEAST_COUNT.p99 ? null : this.#quantile(0.99),
    };
  }

  #apply(counts: HistogramCounts | undefined, sign: 1 | -1): void {
    if (counts === undefined) return;
    this.#zeroCount += sign * counts.zeroCount;
    this.#total += sign * counts.zeroCount;
    const first = counts.offset - MIN_BUCKET_INDEX;
    this.#lowest = Math.min(this.#lowest, first);
    this.#highest = Math.max(this.#highest, first + counts.bucketCounts.length - 1);
    for (let position = 0; position < counts.bucketCounts.length; position += 1) {
      const count = counts.bucketCounts[position] ?? 0;
      const bucket = first + position;
      this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + sign * count;
      this.#total += sign * count;
    }
  }

  #quantile(q: number): number {
    const rank = q * this.#total;
    let below = this.#zeroCount;
    if (below >= rank) return 0;
    for (let bucket = this.#lowest; bucket < this.#highest; bucket += 1) {
      below += this.#buckets[bucket] ?? 0;
      if (below >= rank) return middleOf(bucket);
    }
    return middleOf(this.#highest);
  }
}

/** Milliseconds. A bucket is 2.2 % wide: three digits tell all there is. */
function middleOf(bucket: number): number {
  return Number((2 ** ((bucket + MIN_BUCKET_INDEX + 0.5) / BUCKETS_PER_DOUBLING)).toPrecision(3));
}
