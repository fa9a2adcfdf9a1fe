import type { CommitGraph } from "./commit-graph.ts";
import { childrenFirst } from "./topological-order.ts";

/** Owner of a commit that nothing has shipped. */
export const UNOWNED = -1;

/**
 * Which release brought each commit: the first one in `roots` whose ancestry contains it, as `git rev-list r --not <earlier>` would list it.
 *
 * One pass: children before parents, a parent takes the least owner of its children and of the releases that stand on it. Iterative, so that a history a million
 * commits deep is no matter. O(commits + edges + roots). Cycles, which only a graft can make, are finished by a work list.
 *
 * @param roots commit index of each release, in the order in which they shipped; negative: not in the graph, owns nothing
 * @param order as `childrenFirst` has it
 * @returns for each commit an index into `roots`, or `UNOWNED`
 */
export function assignOwners(
  graph: CommitGraph,
  roots: ArrayLike<number>,
  order: Int32Array = childrenFirst(graph),
): Int32Array {
  const { size } = graph;
  const owners = new Int32Array(size).fill(UNOWNED);
  for (let release = 0; release < roots.length; release += 1) {
    const root = roots[release] ?? UNOWNED;
    if (root >= 0 && root < size && owners[root] === UNOWNED) owners[root] = release;
  }
  for (const child of order) {
    const end = graph.parentStart[child + 1] ?? 0;
    for (let edge = graph.parentStart[child] ?? 0; edge < end; edge += 1)
      passOn(owners, child, graph.parents[edge] ?? 0);
  }
  if (order.length < size) finishCycles(graph, owners);
  return owners;
}

/** @returns whether the parent's owner became earlier. */
function passOn(owners: Int32Array, child: number, parent: number): boolean {
  const given = owners[child] ?? UNOWNED;
  const had = owners[parent] ?? UNOWNED;
  if (given === UNOWNED || (had !== UNOWNED && had <= given)) return false;
  owners[parent] = given;
  return true;
}

/** Owners only ever become earlier, so that this ends. */
function finishCycles(graph: CommitGraph, owners: Int32Array): void {
  const work: number[] = [];
  for (let index = 0; index < owners.length; index += 1) if (owners[index] !== UNOWNED) work.push(index);
  for (let child = work.pop(); child !== undefined; child = work.pop()) {
    const end = graph.parentStart[child + 1] ?? 0;
    for (let edge = graph.parentStart[child] ?? 0; edge < end; edge += 1) {
      const parent = graph.parents[edge] ?? 0;
      if (passOn(owners, child, parent)) work.push(parent);
    }
  }
}
