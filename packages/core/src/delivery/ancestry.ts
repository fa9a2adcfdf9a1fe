import type { CommitGraph } from "./commit-graph.ts";

/** Who comes before whom, asked for a few commits of a long history. */
export type Ancestry = {
  /** Edges of the longest way down to a commit without known parents: an ancestor's is always less. `UNKNOWN_LEVEL` on a cycle and below it: only a graft can make one. */
  levelOf(commit: number): number;
  /** `null`: cannot be told, see `STEPS_MAX`; or the commit's parents are not known, as at a shallow clone's boundary. A commit is no ancestor of itself. */
  isAncestor(ancestor: number, commit: number): boolean | null;
};

export const UNKNOWN_LEVEL = -1;
/** Commits visited for one question: a revert stands some hundred commits behind what it takes back; this is a year of a busy repository. */
const STEPS_MAX = 20_000;
/** And for all questions of one history: some 20 ms, and what 50 reverts at the end of a year take. */
const ALL_STEPS_MAX = 1_000_000;

/**
 * One pass when the first level is asked for: O(commits + edges). Each question visits only what lies between the two levels. Iterative.
 *
 * @param order as `childrenFirst` has it
 */
export function ancestryOf(graph: CommitGraph, order: Int32Array): Ancestry {
  let known: { readonly levels: Int32Array; readonly visitedBy: Int32Array } | undefined;
  const tables = () => {
    known ??= { levels: levelsOf(graph, order), visitedBy: new Int32Array(graph.size) };
    return known;
  };
  let questions = 0;
  let stepsLeft = ALL_STEPS_MAX;
  return {
    levelOf: (commit) => tables().levels[commit] ?? UNKNOWN_LEVEL,
    isAncestor(ancestor, commit) {
      const { levels, visitedBy } = tables();
      const least = levels[ancestor] ?? UNKNOWN_LEVEL;
      const top = levels[commit] ?? UNKNOWN_LEVEL;
      if (least < 0 || top <= 0) return null;
      if (least >= top) return false;
      questions += 1;
      const allowed = Math.min(STEPS_MAX, stepsLeft);
      const stack = [commit];
      for (let steps = 0; steps < allowed; steps += 1) {
        const next = stack.pop();
        if (next === undefined) return false;
        stepsLeft -= 1;
        // The first parent last, so that the main line is walked first.
        for (let edge = (graph.parentStart[next + 1] ?? 0) - 1; edge >= (graph.parentStart[next] ?? 0); edge -= 1) {
          const parent = graph.parents[edge] ?? 0;
          if (parent === ancestor) return true;
          if (visitedBy[parent] === questions || (levels[parent] ?? 0) <= least) continue;
          visitedBy[parent] = questions;
          stack.push(parent);
        }
      }
      return stack.length === 0 ? false : null;
    },
  };
}

function levelsOf({ size, parents, parentStart }: CommitGraph, order: Int32Array): Int32Array {
  const levels = new Int32Array(size).fill(UNKNOWN_LEVEL);
  // Parents before children.
  for (let next = order.length - 1; next >= 0; next -= 1) {
    const commit = order[next] ?? 0;
    let level = 0;
    const end = parentStart[commit + 1] ?? 0;
    for (let edge = parentStart[commit] ?? 0; edge < end; edge += 1)
      level = Math.max(level, (levels[parents[edge] ?? 0] ?? UNKNOWN_LEVEL) + 1);
    levels[commit] = level;
  }
  return levels;
}
