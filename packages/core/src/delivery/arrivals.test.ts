import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivedAtMs } from "./arrivals.ts";
import { indexCommits } from "./commit-graph.ts";
import { commitFact, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { CommitFact } from "./facts.ts";

const SIZE_MAX = 30;

/** `sha: parents @hour`; the first parent is the line that was merged into. */
function history(...lines: readonly string[]): CommitFact[] {
  return lines.map((line) => {
    const [, sha = "", parents = "", hour = ""] = /^(\S+):(.*)@(\d+)$/.exec(line) ?? [];
    const atMs = START_MS + Number(hour) * HOUR_MS;
    return commitFact({
      ...{ sha, parents: parents.split(" ").filter((each) => each !== "") },
      ...{ authoredAtMs: atMs, committedAtMs: atMs },
    });
  });
}

/** Hour of each commit's arrival. */
function arrivals(commits: readonly CommitFact[], releases: readonly string[]): Record<string, number> {
  const graph = indexCommits(commits);
  const arrived = arrivedAtMs(
    graph,
    releases.map((sha) => graph.texts.indexOf(sha) ?? -1),
  );
  return Object.fromEntries(
    commits.map(({ sha }) => [sha, ((arrived[graph.texts.indexOf(sha) ?? -1] ?? 0) - START_MS) / HOUR_MS]),
  );
}

const skewed = fc
  .array(fc.tuple(fc.uniqueArray(fc.nat(SIZE_MAX), { maxLength: 3 }), fc.nat(20)), {
    minLength: 1,
    maxLength: SIZE_MAX,
  })
  .chain((links) => {
    const commits = links.map(([parents, hour], index) => {
      const shas = index === 0 ? [] : [...new Set(parents.map((parent) => `c${parent % index}`))];
      return commitFact({ sha: `c${index}`, parents: shas, committedAtMs: START_MS + hour * HOUR_MS });
    });
    return fc.record({
      commits: fc.shuffledSubarray(commits, { minLength: commits.length }),
      releases: fc.array(fc.nat(commits.length - 1), { maxLength: 6 }).map((list) => list.map((index) => `c${index}`)),
    });
  });

/** Each merge anew: what its side brings, past everything that stands on a released line. */
function arrivalsByBruteForce(commits: readonly CommitFact[], releases: readonly string[]): Record<string, number> {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const isOnLine = new Set<string>();
  for (const release of releases)
    for (let sha: string | undefined = release; sha !== undefined; sha = bySha.get(sha)?.parents[0]) isOnLine.add(sha);
  const hours: Record<string, number> = {};
  for (const { sha, parents, committedAtMs } of commits) {
    const work = parents.slice(1);
    const brought = new Set<string>();
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      if (isOnLine.has(next) || brought.has(next)) continue;
      brought.add(next);
      work.push(...(bySha.get(next)?.parents ?? []));
    }
    const hour = (committedAtMs - START_MS) / HOUR_MS;
    for (const each of brought) hours[each] = Math.min(hours[each] ?? Number.POSITIVE_INFINITY, hour);
    hours[sha] ??= Number.POSITIVE_INFINITY;
  }
  for (const { sha, committedAtMs } of commits)
    if (!Number.isFinite(hours[sha])) hours[sha] = (committedAtMs - START_MS) / HOUR_MS;
  return hours;
}

describe("the arrival of a commit", () => {
  it("is the first merge that took it in, whatever the shape of the history, its dates and the order it is told in", () => {
    fc.assert(
      fc.property(skewed, ({ commits, releases }) => {
        expect(arrivals(commits, releases)).toEqual(arrivalsByBruteForce(commits, releases));
      }),
      { numRuns: 500 },
    );
  });

  it("is its own date on a line without merges", () => {
    const commits = history("a: @0", "b: a @5", "c: b @9");

    expect(arrivals(commits, ["c"])).toEqual({ a: 0, b: 5, c: 9 });
  });

  it("is the merge of its request, also where the main line was merged into that before", () => {
    const commits = history("a: @0", "f1: a @1", "b: a @2", "update: f1 b @3", "f2: update @4", "merge: b f2 @50");

    expect(arrivals(commits, ["merge"])).toEqual({ a: 0, f1: 50, b: 2, update: 50, f2: 50, merge: 50 });
  });

  // Goal: with a branch for development, work waits for the release from the merge into that branch on.
  it("is the merge into the branch for development, where only that one is merged into what is released", () => {
    const commits = history("a: @0", "f: a @1", "g: a @2", "mf: a f @10", "mg: mf g @20", "release: a mg @100");

    expect(arrivals(commits, ["a", "release"])).toMatchObject({ f: 10, g: 20, release: 100 });
  });

  it("is its own date on the branch of an older release, though that is merged back", () => {
    const commits = history("a: @0", "b: a @5", "fix: a @6", "back: b fix @30");

    expect(arrivals(commits, ["a", "fix", "back"])).toMatchObject({ b: 5, fix: 6 });
  });
});
