import { describe, expect, it } from "vitest";
import { changeFact, commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { CommitFact, DeliveryFacts } from "./facts.ts";
import { measureDelivery } from "./measure.ts";

const at = (day: number) => START_MS + day * DAY_MS;
const shaOf = (index: number) => (index + 1).toString(16).padStart(2, "0").repeat(20);

/** A commit; `{n}` in its message is the id of commit n. `release` names what is tagged there. */
type Step = {
  readonly says: string;
  readonly release?: string;
  /** Default: the step before. */
  readonly parents?: readonly number[];
  readonly committedAtMs?: number;
  readonly author?: string;
  readonly authoredAtMs?: number;
};

function history(steps: readonly Step[]): DeliveryFacts {
  const commits = steps.map(({ says, parents, committedAtMs, author, authoredAtMs }, index): CommitFact => {
    const [subject = "", ...body] = says.replace(/\{(\d+)\}/g, (_all, step) => shaOf(Number(step))).split("\n");
    return commitFact({
      sha: shaOf(index),
      parents: (parents ?? (index === 0 ? [] : [index - 1])).map(shaOf),
      committedAtMs: committedAtMs ?? at(index),
      authoredAtMs: authoredAtMs ?? at(index) - HOUR_MS,
      author: author ?? "Ada",
      subject,
      body: body.join("\n").trim(),
    });
  });
  const deployments = steps.flatMap(({ release }, index) =>
    release === undefined
      ? []
      : [deploymentFact({ id: release, kind: "release", revision: shaOf(index), finishedAtMs: at(index) + HOUR_MS })],
  );
  return factsOf({ commits, deployments });
}

/** `v1 by v2`: v1 failed and v2 mended it. */
function failuresOf(facts: DeliveryFacts): readonly string[] {
  const { changeFailRate } = measureDelivery(facts, { fromMs: START_MS, toMs: at(3_650) });
  return changeFailRate.links.map(({ release, recoveredBy }) => `${release} by ${recoveredBy ?? "nothing yet"}`);
}

/** x in v1, taken back in v2, and what v3 says. */
const takenBack = (first: string, again: string): readonly Step[] => [
  { says: "zero", release: "v0" },
  { says: "feat: x (#1)", release: "v1" },
  { says: first, release: "v2" },
  { says: again, release: "v3" },
];

const FIRST = [
  'Revert "feat: x (#1)" (#2)\n\nThis reverts commit {1}.',
  'Revert "feat: x" (#2)',
  "revert: feat: x (#2)",
  'fix: Revert "feat: x (#1)" (#2)',
  "undo x (#2)\n\nReverts acme/shop#1",
  "undo x (#2)\n\nThis reverts commit {1}.",
];
const AGAIN = ["bring x back\n\nThis reverts commit {2}.", "bring x back\n\nReverts acme/shop#2", "Revert #2"];
const AGAIN_BY_TITLE = [
  'Revert "Revert "feat: x""',
  'Revert "Revert "feat: x (#1)" (#2)" (#3)',
  'Reapply "feat: x"',
  'Reapply "feat: x (#1)" (#3)\n\nThis reverts commit 9999999999999999999999999999999999999999.',
  'revert: Revert "feat: x"',
  "revert: revert: feat: x",
];

describe("a revert of a revert", () => {
  it.each(FIRST.flatMap((first) => AGAIN.map((again) => [first, again] as const)))(
    "is no failure of what shipped the revert: %j, then %j",
    (first, again) => {
      expect(failuresOf(history(takenBack(first, again)))).toEqual(["v1 by v2"]);
    },
  );

  it.each(FIRST.flatMap((first) => AGAIN_BY_TITLE.map((again) => [first, again] as const)))(
    "is known by its title too, whatever the first one said: %j, then %j",
    (first, again) => {
      expect(failuresOf(history(takenBack(first, again)))).toEqual(["v1 by v2"]);
    },
  );

  it.each([...AGAIN, ...AGAIN_BY_TITLE])("in the release that took the change back takes nothing back: %j", (again) => {
    const steps = takenBack(FIRST[0] ?? "", again).map((step, index) =>
      index === 2 ? { says: step.says } : { ...step },
    );

    expect(failuresOf(history(steps))).toEqual([]);
  });

  it("is a failure of its own release where the change is taken back once more", () => {
    const steps = [
      ...takenBack('Revert "feat: x"', 'Revert "Revert "feat: x""'),
      { says: 'Revert "Revert "Revert "feat: x"""', release: "v4" },
      { says: 'Reapply "Revert "Revert "feat: x"""', release: "v5" },
      { says: "no more\n\nThis reverts commit {5}.", release: "v6" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v1 by v2", "v3 by v4", "v5 by v6"]);
  });

  it("blames what put the change in effect, not what shipped a revert and its revert together", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: x", release: "v1" },
      { says: 'Revert "feat: x"' },
      { says: "again\n\nThis reverts commit {2}.", release: "v2" },
      { says: "not again\n\nThis reverts commit {3}.", release: "v3" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v1 by v3"]);
  });

  it("that is not released yet leaves the failure mended, and a revert that is not leaves it open", () => {
    const [zero, x, first, again] = takenBack('Revert "feat: x"', 'Reapply "feat: x"').map(({ says }) => says);
    const open = history([
      { says: zero ?? "", release: "v0" },
      { says: x ?? "", release: "v1" },
      { says: first ?? "" },
    ]);
    const cancelled = history([
      { says: zero ?? "", release: "v0" },
      { says: x ?? "", release: "v1" },
      { says: first ?? "" },
      { says: again ?? "" },
    ]);

    expect(failuresOf(open)).toEqual(["v1 by nothing yet"]);
    expect(failuresOf(cancelled)).toEqual([]);
  });

  it("may be merged, and the merge may be taken back by its number, its title or its id", () => {
    const merge = (says: string, parents: readonly number[], release: string) => ({ says, parents, release });
    for (const again of [
      "Reverts #8",
      'Revert "Revert "feat: x""',
      "This reverts commit {3}, reversing\nchanges made to {1}.",
    ]) {
      const said = [
        { says: "zero", release: "v0" },
        { says: "feat: x", release: "v1" },
        { says: 'Revert "feat: x"' },
        merge('Merge pull request #8 from a/back\n\nRevert "feat: x"', [1, 2], "v2"),
        { says: `again\n\n${again}`.replace(/^again\n\n(?=Revert ")/, ""), release: "v3" },
      ];
      const unsaid = said.map((step, index) => (index === 3 ? { ...step, says: "Merge branch 'back'" } : step));

      expect(failuresOf(history(said))).toEqual(["v1 by v2"]);
      expect(failuresOf(history(again.includes("#8") ? said : unsaid))).toEqual(["v1 by v2"]);
    }
  });

  it("is not what takes back a merge of more than a revert", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: x" },
      { says: 'Revert "feat: x"' },
      { says: "Merge branch 'more'", parents: [0, 2], release: "v1" },
      { says: "no more\n\nThis reverts commit {3}, reversing\nchanges made to {0}.", release: "v2" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v1 by v2"]);
  });

  it("is meant by a message that repeats that of the first", () => {
    const again = "bring x back\n\nThis reverts commit {2}.\n\nIt said: This reverts commit {1}.";

    for (const words of [again, again.replace("{2}", "{9}").replace("{1}", "{2}").replace("{9}", "{1}")])
      expect(
        failuresOf(
          history([...takenBack(FIRST[0] ?? "", words), { says: "undo\n\nThis reverts commit {3}.", release: "v4" }]),
        ),
      ).toEqual(["v1 by v2", "v3 by v4"]);
  });

  it("of something that nobody finds blames nobody", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "Revert to the old colours", release: "v1" },
      { says: 'Revert "Revert to the old colours"', release: "v2" },
      { says: 'Revert "Revert "something else""', release: "v3" },
    ];
    const { changeFailRate } = measureDelivery(history(steps), { fromMs: START_MS, toMs: at(365) });

    expect(changeFailRate).toMatchObject({ failed: 0, unlinked: [] });
  });
});

describe("a revert", () => {
  it("by a merge's message alone is one", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: x (#7)", release: "v1" },
      { says: "undo by hand" },
      { says: 'Merge pull request #8 from a/revert-7-b\n\nRevert "feat: x"', parents: [1, 2], release: "v2" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v1 by v2"]);
  });

  it("quotes the commit of that title, whatever else has the number", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: a (#7)", release: "v1" },
      { says: "feat: b (#7)", release: "v2" },
    ];

    expect(failuresOf(history([...steps, { says: 'Revert "feat: b (#7)"', release: "v3" }]))).toEqual(["v2 by v3"]);
    expect(failuresOf(history([...steps, { says: 'Revert "feat: b"\n\nReverts #7', release: "v3" }]))).toEqual([
      "v2 by v3",
    ]);
  });

  it("quotes one of equal titles by its number, and a title that was changed at the merge by its number alone", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "chore: update (#7)", release: "v1" },
      { says: "chore: update (#8)", release: "v2" },
    ];

    const named = (title: string) => failuresOf(history([...steps, { says: `Revert "${title}" (#9)`, release: "v3" }]));

    expect(named("chore: update (#7)")).toEqual(["v1 by v3"]);
    expect(named("chore: update")).toEqual(["v2 by v3"]);
    expect(named("Update things (#7)")).toEqual(["v1 by v3"]);
  });

  it("quotes one of equal titles by a number that only the request is known to have", () => {
    const facts = history([
      { says: "zero", release: "v0" },
      { says: "chore: update", release: "v1" },
      { says: "chore: update", release: "v2" },
      { says: 'Revert "chore: update (#7)"', release: "v3" },
    ]);
    const changes = [changeFact({ id: "pr", number: 7, mergeCommit: shaOf(1) })];

    expect(failuresOf({ ...facts, changes })).toEqual(["v1 by v3"]);
  });

  it("does not take its own request's number for that of what it takes back", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: y (#9)", release: "v1" },
      { says: "revert: feat: x (#9)", release: "v2" },
    ];

    expect(failuresOf(history(steps))).toEqual([]);
  });

  it("quotes what is in its own history, not a namesake of another line", () => {
    const steps = [
      { says: "zero", release: "v1.9.0" },
      { says: "feat: x", release: "v2.0.0", author: "Ada", authoredAtMs: at(1) },
      { says: "feat: x", parents: [0], release: "v1.9.1", author: "Ada", authoredAtMs: at(1) },
      { says: 'Revert "feat: x"', parents: [1], release: "v2.0.1" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v2.0.0 by v2.0.1"]);
  });

  it("quotes its parent, though that one's clock was ahead", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: x", release: "v1", committedAtMs: at(9) },
      { says: 'Revert "feat: x"', release: "v2" },
    ];

    expect(failuresOf(history(steps))).toEqual(["v1 by v2"]);
  });

  it("goes by time where no parents are known", () => {
    const facts = history(takenBack('Revert "feat: x"', "more"));
    const commits = facts.commits.map((commit) => ({ ...commit, parents: [] }));
    const deployments = facts.deployments.map((fact) => ({ ...fact, commits: [fact.revision ?? ""] }));

    expect(failuresOf({ ...facts, commits, deployments })).toEqual(["v1 by v2"]);
  });

  it("of a request of another repository is none, where the requests say what the repository is called", () => {
    const facts = history(takenBack("undo\n\nReverts acme/SHOP#7", "undo\n\nReverts other/foo#7"));
    const changes = [changeFact({ id: "pr", repository: "Acme/Shop", number: 7, mergeCommit: shaOf(1) })];
    const foreign = history(takenBack("more", "undo\n\nReverts other/foo#7"));

    expect(failuresOf({ ...facts, changes })).toEqual(["v1 by v2"]);
    expect(failuresOf({ ...foreign, changes })).toEqual([]);
  });

  // Goal: "is this number that request's?" is a guess where the commit is not in the revert's history.
  it("is less certain the more has to be guessed", () => {
    const certaintyOf = (says: string) =>
      measureDelivery(history(takenBack(says, "more")), { fromMs: START_MS, toMs: at(365) }).changeFailRate.links.map(
        ({ certainty }) => certainty,
      );

    expect(certaintyOf("undo\n\nReverts acme/shop#1")).toEqual(["strong"]);
    expect(certaintyOf("undo\n\nReverts #1 because it hurt.")).toEqual(["strong"]);
    expect(certaintyOf("undo\n\nReverts acme/shop#1 because it hurt.")).toEqual(["likely"]);
    expect(certaintyOf("undo\n\nWe had to revert #1.")).toEqual(["likely"]);
  });

  it("that comes piece by piece mends with its first piece, and all pieces are rework", () => {
    const steps = [
      { says: "zero", release: "v0" },
      { says: "feat: x" },
      { says: "feat: y", release: "v1" },
      { says: 'Revert "feat: x"', release: "v2" },
      { says: "undo y\n\nThis reverts commit {2}.", release: "v3" },
    ];

    const { changeFailRate, rework } = measureDelivery(history(steps), { fromMs: START_MS, toMs: at(365) });

    expect(changeFailRate.links).toMatchObject([
      { release: "v1", failedBy: "revert-title", certainty: "likely", recoveredBy: "v2" },
    ]);
    expect(changeFailRate.links[0]?.evidence).toContain("feat: x");
    expect(rework).toMatchObject({ count: 2, deployments: 4 });
  });

  it("that names itself, or another one that names it, ends", () => {
    const steps = [
      { says: "Revert #2 (#1)", release: "v0" },
      { says: "Revert #3 (#2)", release: "v1" },
      { says: "Revert #1 (#3)", release: "v2" },
      { says: "Revert #4 (#4)", release: "v3" },
    ];

    expect(() => failuresOf(history(steps))).not.toThrow();
  });
});
