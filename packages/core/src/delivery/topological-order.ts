import type { CommitGraph } from "./commit-graph.ts";

/**
 * Commits with every child before its parents. Iterative, O(commits + edges).
 *
 * @returns without those on a cycle and below it: only a graft can make one
 */
export function childrenFirst({ size, parents, parentStart }: CommitGraph): Int32Array {
  const childrenLeft = new Int32Array(size);
  for (const parent of parents) childrenLeft[parent] = (childrenLeft[parent] ?? 0) + 1;
  const ready = new Int32Array(size);
  let readyCount = 0;
  for (let index = 0; index < size; index += 1) if (childrenLeft[index] === 0) ready[readyCount++] = index;
  for (let next = 0; next < readyCount; next += 1) {
    const child = ready[next] ?? 0;
    const end = parentStart[child + 1] ?? 0;
    for (let edge = parentStart[child] ?? 0; edge < end; edge += 1) {
      const parent = parents[edge] ?? 0;
      const left = (childrenLeft[parent] ?? 0) - 1;
      childrenLeft[parent] = left;
      if (left === 0) ready[readyCount++] = parent;
    }
  }
  return ready.subarray(0, readyCount);
}
