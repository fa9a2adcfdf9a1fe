import type { ChangeFact } from "./facts.ts";

/** A change that is under way, and what it waits for. */
export type OpenChange = {
  readonly change: ChangeFact;
  /** `review`: nobody has looked yet. `approval`: somebody has. `merge`: approved. */
  readonly waitsFor: "review" | "approval" | "merge";
  readonly waitsSinceMs: number;
};

/**
 * Changes that are neither merged nor abandoned, the one that waits longest first. Reviews by the author and by bots do not count.
 *
 * Pure. O(n log n).
 */
export function openChangesOf(changes: readonly ChangeFact[]): OpenChange[] {
  return changes
    .filter(({ mergedAtMs, abandonedAtMs }) => mergedAtMs === null && abandonedAtMs === null)
    .map(waitOf)
    .sort((a, b) => a.waitsSinceMs - b.waitsSinceMs);
}

function waitOf(change: ChangeFact): OpenChange {
  const since = change.readyAtMs ?? change.openedAtMs;
  const reviews = change.reviews
    .filter((review) => !review.isBot && review.reviewer !== change.author)
    .toSorted((a, b) => a.atMs - b.atMs);
  const last = reviews.at(-1);
  if (last === undefined) return { change, waitsFor: "review", waitsSinceMs: since };
  if (last.verdict === "approved") return { change, waitsFor: "merge", waitsSinceMs: last.atMs };
  return { change, waitsFor: "approval", waitsSinceMs: last.atMs };
}
