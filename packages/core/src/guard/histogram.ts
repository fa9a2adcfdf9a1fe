import { HISTOGRAM_SCALE, type HistogramCounts } from "./counts.ts";

/** Buckets in a doubling at `HISTOGRAM_SCALE`: 2^5. */
export const BUCKETS_PER_DOUBLING = 2 ** HISTOGRAM_SCALE;
/** 2^-10 ms, about a microsecond: anything at or below counts as zero. */
export const MIN_BUCKET_INDEX = -10 * BUCKETS_PER_DOUBLING;
/** 2^22 ms, about 70 minutes: anything above counts in this last bucket. */
export const MAX_BUCKET_INDEX = 22 * BUCKETS_PER_DOUBLING - 1;
const BUCKET_COUNT = MAX_BUCKET_INDEX - MIN_BUCKET_INDEX + 1;
const MIN_LATENCY_MS = 2 ** -10;

export const EMPTY_HISTOGRAM: HistogramCounts = { zeroCount: 0, offset: 0, bucketCounts: [] };

/** Gathers latencies. 8 KB; adding allocates nothing. */
export class LatencyHistogram {
  #zeroCount = 0;
  readonly #buckets = new Float64Array(BUCKET_COUNT);
  // First and last position in use: empty while first > last.
  #first = BUCKET_COUNT;
  #last = -1;

  /** Not a number is ignored; negative counts as zero. */
  add(latencyMs: number): void {
    if (latencyMs > MIN_LATENCY_MS) this.#addAt(Math.ceil(Math.log2(latencyMs) * BUCKETS_PER_DOUBLING) - 1, 1);
    else if (latencyMs <= MIN_LATENCY_MS) this.#zeroCount += 1;
  }

  addCounts(counts: HistogramCounts): void {
    this.#zeroCount += counts.zeroCount;
    counts.bucketCounts.forEach((count, position) => {
      if (count !== 0) this.#addAt(counts.offset + position, count);
    });
  }

  toCounts(): HistogramCounts {
    if (this.#first > this.#last) return { ...EMPTY_HISTOGRAM, zeroCount: this.#zeroCount };
    return {
      zeroCount: this.#zeroCount,
      offset: this.#first + MIN_BUCKET_INDEX,
      bucketCounts: this.#bucketsInUse(),
    };
  }

  /** By place: an iterator makes an object for each bucket, of two arms of each rollout each second. */
  #bucketsInUse(): number[] {
    const counts = new Array<number>(this.#last - this.#first + 1).fill(0);
    for (let position = 0; position < counts.length; position += 1)
      counts[position] = this.#buckets[this.#first + position] ?? 0;
    return counts;
  }

  clear(): void {
    if (this.#first <= this.#last) this.#buckets.fill(0, this.#first, this.#last + 1);
    this.#zeroCount = 0;
    this.#first = BUCKET_COUNT;
    this.#last = -1;
  }

  #addAt(index: number, count: number): void {
    if (index < MIN_BUCKET_INDEX) {
      this.#zeroCount += count;
      return;
    }
    const position = Math.min(index, MAX_BUCKET_INDEX) - MIN_BUCKET_INDEX;
    this.#buckets[position] = (this.#buckets[position] ?? 0) + count;
    if (position < this.#first) this.#first = position;
    if (position > this.#last) this.#last = position;
  }
}

/** The sum of two histograms whose buckets lie within `MIN_BUCKET_INDEX`..`MAX_BUCKET_INDEX`. */
export function mergeHistograms(a: HistogramCounts, b: HistogramCounts): HistogramCounts {
  if (b.bucketCounts.length === 0) return b.zeroCount === 0 ? a : { ...a, zeroCount: a.zeroCount + b.zeroCount };
  if (a.bucketCounts.length === 0) return a.zeroCount === 0 ? b : { ...b, zeroCount: a.zeroCount + b.zeroCount };
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.bucketCounts.length, b.offset + b.bucketCounts.length);
  const bucketCounts = new Array<number>(end - offset).fill(0);
  for (const { offset: first, bucketCounts: counts } of [a, b]) {
    for (let position = 0; position < counts.length; position += 1) {
      const index = first - offset + position;
      bucketCounts[index] = (bucketCounts[index] ?? 0) + (counts[position] ?? 0);
    }
  }
  return { zeroCount: a.zeroCount + b.zeroCount, offset, bucketCounts };
}

export function histogramTotal(counts: HistogramCounts): number {
  let total = counts.zeroCount;
  // By place, as above: an iterator would be a third of all that a judged second allocates.
  for (let position = 0; position < counts.bucketCounts.length; position += 1)
    total += counts.bucketCounts[position] ?? 0;
  return total;
}

/**
 * Index of the bucket that holds the q-quantile; `MIN_BUCKET_INDEX − 1` stands for the zero bucket.
 *
 * @param q 0..1
 * @returns `null` for an empty histogram
 */
export function quantileIndex(counts: HistogramCounts, q: number): number | null {
  const total = histogramTotal(counts);
  if (total === 0) return null;
  const rank = q * total;
  let below = counts.zeroCount;
  if (below >= rank && below > 0) return MIN_BUCKET_INDEX - 1;
  for (let position = 0; position < counts.bucketCounts.length; position += 1) {
    below += counts.bucketCounts[position] ?? 0;
    if (below >= rank && below > 0) return counts.offset + position;
  }
  return counts.offset + counts.bucketCounts.length - 1;
}

/**
 * The q-quantile in milliseconds, as the geometric middle of its bucket (within 1.1 %).
 *
 * @returns `null` for an empty histogram
 */
export function quantile(counts: HistogramCounts, q: number): number | null {
  const index = quantileIndex(counts, q);
  if (index === null) return null;
  return index < MIN_BUCKET_INDEX ? 0 : 2 ** ((index + 0.5) / BUCKETS_PER_DOUBLING);
}

/**
 * An OpenTelemetry exponential histogram in milliseconds, at `HISTOGRAM_SCALE`.
 *
 * Finer buckets merge exactly. A coarser one is put, whole, at its geometric middle. Buckets beyond the range are
 * clamped into it.
 *
 * @param scale −10..20
 * @param offset index of the first bucket at `scale`
 */
export function rescale(
  scale: number,
  zeroCount: number,
  offset: number,
  bucketCounts: readonly number[],
): HistogramCounts {
  const histogram = new LatencyHistogram();
  const width = 2 ** (HISTOGRAM_SCALE - scale);
  bucketCounts.forEach((count, position) => {
    if (count === 0) return;
    const index = offset + position;
    // The middle of a coarser bucket is the upper edge of the finer one below it.
    const rescaled = width > 1 ? (index + 0.5) * width - 1 : Math.floor(index * width);
    histogram.addCounts({ zeroCount: 0, offset: clampIndex(rescaled), bucketCounts: [count] });
  });
  histogram.addCounts({ zeroCount, offset: 0, bucketCounts: [] });
  return histogram.toCounts();
}

function clampIndex(index: number): number {
  return Math.min(MAX_BUCKET_INDEX, Math.max(MIN_BUCKET_INDEX - 1, index));
}
