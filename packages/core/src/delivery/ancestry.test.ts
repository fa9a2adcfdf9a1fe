import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ancestryOf, UNKNOWN_LEVEL } from "./ancestry.ts";
import { indexCommits } from "./commit-graph.ts";
import { commitFact } from "./delivery.fixture.ts";
import { childrenFirst } from "./topological-order.ts";

/** Commit i has the parents `parentsOf[i]`. */
function ancestryIn(parentsOf: readonly (readonly number[])[]) {
  const graph = indexCommits(
    parentsOf.map((parents, index) => commitFact({ sha: `c${index}`, parents: parents.map((parent) => `c${parent}`) })),
  );
  return ancestryOf(graph, childrenFirst(graph));
}

describe("ancestry", () => {
  it("is that of a search through all parents, on any graph", () => {
    const graphs = fc.array(fc.array(fc.nat(1_000), { maxLength: 3 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(graphs, (picks) => {
        const parentsOf = picks.map((of, index) => [...new Set(index === 0 ? [] : of.map((pick) => pick % index))]);
        const { isAncestor, levelOf } = ancestryIn(parentsOf);
        const ancestorsOf: Set<number>[] = [];
        for (const parents of parentsOf)
          ancestorsOf.push(new Set(parents.flatMap((parent) => [parent, ...(ancestorsOf[parent] ?? [])])));

        for (const [commit, ancestors] of ancestorsOf.entries())
          for (const other of parentsOf.keys()) {
            const told = isAncestor(other, commit);
            expect(told).toBe(parentsOf[commit]?.length === 0 ? null : ancestors.has(other));
            if (told === true) expect(levelOf(other)).toBeLessThan(levelOf(commit));
          }
      }),
    );
  });

  it("is not told over more commits than it may visit, nor in answer to ever more questions", () => {
    const long = ancestryIn(Array.from({ length: 40_000 }, (_, index) => (index === 0 ? [] : [index - 1])));

    expect(long.isAncestor(30_000, 39_999)).toBe(true);
    expect(long.isAncestor(10, 39_999)).toBeNull();
    for (let question = 0; question < 100; question += 1) long.isAncestor(10, 39_999);
    expect(long.isAncestor(30_000, 39_999)).toBeNull();
    expect(long.isAncestor(39_999, 30_000)).toBe(false);
  });

  it("is not told on a cycle or below it", () => {
    const grafted = ancestryIn([[], [0, 2], [1], [2]]);

    expect([0, 1, 2].map((commit) => grafted.levelOf(commit))).toEqual([UNKNOWN_LEVEL, UNKNOWN_LEVEL, UNKNOWN_LEVEL]);
    expect([grafted.isAncestor(1, 2), grafted.isAncestor(0, 3)]).toEqual([null, null]);
  });
});
