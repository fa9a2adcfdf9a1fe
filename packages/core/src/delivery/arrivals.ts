import type { CommitGraph } from "./commit-graph.ts";

/**
 * When each commit came onto a line that is released: where it stands on the way of first parents from a release, by its own committer's date; else by that of the first
 * merge that took it in from the side. Under squash-merge and rebase both are the committer's date; a merge commit leaves the dates of what it merges as they were.
 *
 * Each commit is taken in once, and edges are followed from it once: O(commits + edges + merges · log merges). For a commit that no release reaches it means nothing.
 *
 * @param releases commit index of each release; negative: not in the graph
 */
export function arrivedAtMs(graph: CommitGraph, releases: readonly number[]): Float64Array {
  const { size, committedAtMs, parents, parentStart } = graph;
  const merges = mergesByDate(graph);
  if (merges.length === 0) return committedAtMs;
  const hasArrived = new Uint8Array(size);
  for (const release of releases) {
    for (let commit = release; commit >= 0 && hasArrived[commit] === 0; ) {
      hasArrived[commit] = 1;
      const first = parentStart[commit] ?? 0;
      commit = first < (parentStart[commit + 1] ?? 0) ? (parents[first] ?? -1) : -1;
    }
  }
  const arrived = committedAtMs.slice();
  const waiting: number[] = [];
  for (const merge of merges) {
    const atMs = committedAtMs[merge] ?? 0;
    takeParents(merge, 1);
    for (let commit = waiting.pop(); commit !== undefined; commit = waiting.pop()) {
      arrived[commit] = atMs;
      takeParents(commit, 0);
    }
  }
  return arrived;

  function takeParents(commit: number, from: number): void {
    const end = parentStart[commit + 1] ?? 0;
    for (let edge = (parentStart[commit] ?? 0) + from; edge < end; edge += 1) {
      const parent = parents[edge] ?? 0;
      if (hasArrived[parent] === 1) continue;
      hasArrived[parent] = 1;
      waiting.push(parent);
    }
  }
}

/** Indexes, the earliest first. */
function mergesByDate({ isMerge, committedAtMs, size }: CommitGraph): number[] {
  const merges: number[] = [];
  for (let commit = 0; commit < size; commit += 1) if (isMerge[commit] === 1) merges.push(commit);
  return merges.sort((a, b) => (committedAtMs[a] ?? 0) - (committedAtMs[b] ?? 0));
}
