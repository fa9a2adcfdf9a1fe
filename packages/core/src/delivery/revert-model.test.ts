import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitFact, DAY_MS, deploymentFact, factsOf, START_MS } from "./delivery.fixture.ts";
import type { CommitFact, DeploymentFact } from "./facts.ts";
import { measureDelivery } from "./measure.ts";

const shaOf = (index: number) => (index + 1).toString(16).padStart(2, "0").repeat(20);
const NUMBER_AT_END = / \(#\d+\)$/;

/** A commit that adds a part of the product, or takes another commit's doing back: that part goes, or is there again. */
type Commit = { readonly subject: string; readonly body: string; readonly part: number; readonly adds: boolean };

type Step = {
  /** Of what can be taken back; `null`: something new. */
  readonly takesBack: number | null;
  readonly wording: number;
  readonly isReleased: boolean;
  /** Clocks of several people. */
  readonly clockMs: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  takesBack: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 5, arbitrary: fc.nat(1_000) }),
  wording: fc.nat(7),
  isReleased: fc.boolean(),
  clockMs: fc.integer({ min: -40, max: 40 }).map((days) => days * DAY_MS),
});

/** Ways to say that commit `at` takes `target` back. */
function wordsOf(at: number, target: number, { subject }: Commit, wording: number): { subject: string; body: string } {
  const title = subject.replace(NUMBER_AT_END, "");
  const own = ` (#${at + 1})`;
  const inner = /^Revert "(.*)"$/.exec(title)?.[1];
  const byId = `This reverts commit ${shaOf(target)}.`;
  const ways = [
    { subject: `Revert "${subject}"${own}`, body: byId },
    { subject: `Revert "${subject}"${own}`, body: "" },
    { subject: `Revert "${title}"${own}`, body: "" },
    { subject: `fix: Revert "${title}"${own}`, body: "It hurt." },
    { subject: `undo ${at}${own}`, body: byId.replace(shaOf(target), shaOf(target).slice(0, 9)) },
    { subject: `undo ${at}${own}`, body: `Reverts acme/shop#${target + 1}` },
    { subject: `revert: ${title}${own}`, body: "" },
    inner === undefined
      ? { subject: `Revert #${target + 1}${own}`, body: "" }
      : { subject: `Reapply "${inner}"${own}`, body: "" },
  ];
  return ways[wording] ?? { subject: "", body: "" };
}

/** Only what is in place can be taken back: git has nothing to revert otherwise. */
function write(steps: readonly Step[]): readonly Commit[] {
  const commits: Commit[] = [];
  const isThere = new Map<number, boolean>();
  for (const [at, { takesBack, wording }] of steps.entries()) {
    const possible = [...commits.entries()].filter(([, { part, adds }]) => isThere.get(part) === adds);
    const [target, taken] = (takesBack === null ? undefined : possible[takesBack % possible.length]) ?? [];
    const commit =
      target === undefined || taken === undefined
        ? { subject: `feat: part ${at} (#${at + 1})`, body: "", part: at, adds: true }
        : { ...wordsOf(at, target, taken, wording), part: taken.part, adds: !taken.adds };
    commits.push(commit);
    isThere.set(commit.part, commit.adds);
  }
  return commits;
}

/** What users saw: a release failed if a later one lacks a part that it was the last to bring. By the first that lacks one of its parts. */
function model(commits: readonly Commit[], releases: readonly number[]): readonly string[] {
  const failures = new Map<number, number>();
  const contents = releases.map((last) => {
    const parts = new Set<number>();
    for (const { part, adds } of commits.slice(0, last + 1)) {
      if (adds) parts.add(part);
      else parts.delete(part);
    }
    return parts;
  });
  for (const [later, parts] of contents.entries()) {
    for (const part of contents[later - 1] ?? []) {
      if (parts.has(part)) continue;
      let brought = later - 1;
      while (contents[brought - 1]?.has(part) === true) brought -= 1;
      if (!failures.has(brought)) failures.set(brought, later);
    }
  }
  return [...failures].sort(([a], [b]) => a - b).map(([failed, by]) => `r${failed} by r${by}`);
}

describe("the failures that reverts tell of", () => {
  // Goal: whoever words them, and however often something comes and goes, a release failed if and only if users lost what it had brought.
  it("are those that a comparison of what each release contains finds", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 24 }), (steps) => {
        const written = write(steps);
        // What is not released yet is released at last, so that the model sees all of it.
        const releases = [...steps.keys()].filter((index) => index === steps.length - 1 || steps[index]?.isReleased);
        const commits = written.map(
          ({ subject, body }, index): CommitFact =>
            commitFact({
              sha: shaOf(index),
              parents: index === 0 ? [] : [shaOf(index - 1)],
              authoredAtMs: START_MS + index,
              committedAtMs: START_MS + index * DAY_MS + (steps[index]?.clockMs ?? 0),
              subject,
              body,
            }),
        );
        const deployments = releases.map(
          (last, index): DeploymentFact =>
            deploymentFact({
              id: `r${index}`,
              kind: "release",
              revision: shaOf(last),
              finishedAtMs: START_MS + (last + 1) * DAY_MS,
            }),
        );
        const measure = (told: readonly CommitFact[]) =>
          measureDelivery(factsOf({ commits: told, deployments }), {
            fromMs: START_MS,
            toMs: START_MS + 3_650 * DAY_MS,
          }).changeFailRate;

        const { links, unlinked } = measure(commits);

        expect(links.map(({ release, recoveredBy }) => `${release} by ${recoveredBy}`)).toEqual(
          model(written, releases),
        );
        expect(unlinked).toEqual([]);
        expect(measure([...commits].reverse()).links).toEqual(links);
      }),
      { numRuns: 400 },
    );
  });
});
