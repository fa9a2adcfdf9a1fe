import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexCommits } from "./commit-graph.ts";
import { commitFact } from "./delivery.fixture.ts";
import { assignOwners, UNOWNED } from "./ownership.ts";

const SIZE_MAX = 40;

/** Parents always come before their children, as time would have it; the order in which commits are told is shuffled. */
const histories = fc
  .array(fc.uniqueArray(fc.nat(SIZE_MAX), { maxLength: 4 }), { minLength: 1, maxLength: SIZE_MAX })
  .chain((links) => {
    const commits = links.map((parents, index) =>
      commitFact({
        sha: `c${index}`,
        parents: index === 0 ? [] : [...new Set(parents.map((parent) => `c${parent % index}`))],
      }),
    );
    return fc.record({
      commits: fc.shuffledSubarray(commits, { minLength: commits.length }),
      releases: fc.array(fc.nat(commits.length - 1), { maxLength: 12 }).map((list) => list.map((index) => `c${index}`)),
    });
  });

/** Walks the ancestry of every release anew: what `git rev-list r --not <earlier>` says. */
function ownersByBruteForce(history: Map<string, readonly string[]>, releases: readonly string[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const [release, tip] of releases.entries()) {
    const work = [tip];
    const seen = new Set<string>();
    for (let sha = work.pop(); sha !== undefined; sha = work.pop()) {
      if (seen.has(sha)) continue;
      seen.add(sha);
      if (!owners.has(sha)) owners.set(sha, release);
      work.push(...(history.get(sha) ?? []));
    }
  }
  return owners;
}

describe("ownership", () => {
  // Goal: a commit is shipped by the first release that contains it, in whatever shape the history is.
  it("gives each commit to the first release whose ancestry contains it", () => {
    fc.assert(
      fc.property(histories, ({ commits, releases }) => {
        const graph = indexCommits(commits);
        const expected = ownersByBruteForce(new Map(commits.map(({ sha, parents }) => [sha, parents])), releases);

        const owners = assignOwners(
          graph,
          releases.map((sha) => graph.texts.indexOf(sha) ?? UNOWNED),
        );

        for (const { sha } of commits)
          expect(owners[graph.texts.indexOf(sha) ?? UNOWNED]).toBe(expected.get(sha) ?? UNOWNED);
      }),
      { numRuns: 300 },
    );
  });

  it("walks a history far deeper than any call stack", () => {
    const depth = 100_000;
    const commits = Array.from({ length: depth }, (_, index) =>
      commitFact({ sha: `c${index}`, parents: index === 0 ? [] : [`c${index - 1}`] }),
    );

    const owners = assignOwners(indexCommits(commits), [9, depth - 1]);

    expect([owners[0], owners[9], owners[10], owners[depth - 1]]).toEqual([0, 0, 1, 1]);
  });

  it("ends also where a graft made a cycle", () => {
    const commits = [
      commitFact({ sha: "a", parents: ["c"] }),
      commitFact({ sha: "b", parents: ["a"] }),
      commitFact({ sha: "c", parents: ["b"] }),
    ];

    expect([...assignOwners(indexCommits(commits), [1])]).toEqual([0, 0, 0]);
  });

  it("leaves out parents that nobody knows, and takes a commit that is told twice once", () => {
    const commits = [commitFact({ sha: "a", parents: ["gone"] }), commitFact({ sha: "a", parents: ["gone"] })];

    const graph = indexCommits(commits);

    expect(graph.size).toBe(1);
    expect([...assignOwners(graph, [0, -1])]).toEqual([0]);
  });
});
