/** Why something that arrived was not counted. Permanent: senders' scripts and alerts compare them. */
export const DROP_REASONS = [
  "environment-mismatch",
  "environment-unknown",
  "flag-unknown",
  "variant-unknown",
  "service-mismatch",
  "second-too-old",
  "second-in-future",
  "before-rollout",
  "counts-inconsistent",
  "too-many-flags-in-span",
  "table-full",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export type Dropped = { readonly reason: DropReason; readonly count: number; readonly example: string };

/** Different things told apart at once, over all environments. Past it only the totals by reason grow. */
export const DROPS_TOLD_MAX = 500;
/** A drop that has not happened again for this long is no longer told. */
const DROP_TOLD_FOR_MS = 15 * 60_000;

type Entry = { readonly environment: string; readonly reason: DropReason; readonly example: string } & {
  count: number;
  lastMs: number;
};

/** What was not counted, so that a person can be told why a flag sees no traffic. Bounded. */
export class DropTally {
  readonly #entries = new Map<string, Entry>();
  readonly #totals = new Map<DropReason, number>();
  #prunedMs = Number.NaN;

  /**
   * @param environment "" when none could be told
   * @param example one sentence; drops with the same one are told as one
   */
  add(environment: string, reason: DropReason, example: string, count: number, nowMs: number): void {
    this.#totals.set(reason, (this.#totals.get(reason) ?? 0) + count);
    const key = `${environment}/${reason}/${example}`;
    const entry = this.#entries.get(key);
    if (entry) {
      entry.count += count;
      entry.lastMs = nowMs;
      return;
    }
    // Once for each reading of the clock: one request may name thousands of things that do not exist.
    if (this.#entries.size >= DROPS_TOLD_MAX && nowMs !== this.#prunedMs) this.prune(nowMs);
    if (this.#entries.size >= DROPS_TOLD_MAX) return;
    this.#entries.set(key, { environment, reason, example, count, lastMs: nowMs });
  }

  /** What concerns this environment, or no known one; the most frequent first. */
  list(environment: string, nowMs: number): Dropped[] {
    this.prune(nowMs);
    return [...this.#entries.values()]
      .filter((entry) => entry.environment === environment || entry.environment === "")
      .sort((a, b) => b.count - a.count)
      .map(({ reason, count, example }) => ({ reason, count, example }));
  }

  /** Since the start, for `/metrics`. */
  totals(): ReadonlyMap<DropReason, number> {
    return this.#totals;
  }

  prune(nowMs: number): void {
    this.#prunedMs = nowMs;
    for (const [key, entry] of this.#entries) {
      if (nowMs - entry.lastMs > DROP_TOLD_FOR_MS) this.#entries.delete(key);
    }
  }
}
