import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FactFold } from "./fact-fold.ts";
import { foldTold } from "./fold-told.ts";
import type { Told } from "./told.ts";

const base = { subject: "acme/shop#7", source: "github", kind: "change" } as const;

const opened: Told = {
  ...base,
  messageId: "1",
  atMs: 1_000,
  told: { repository: "acme/shop", number: 7, title: "Draft", author: "maya", openedAtMs: 1_000, firstCommitAtMs: 500 },
};
const reviewed: Told = {
  ...base,
  messageId: "2",
  atMs: 2_000,
  told: { reviews: [{ reviewer: "jonas", isBot: false, atMs: 2_000, verdict: "approved" }] },
};
const merged: Told = {
  ...base,
  messageId: "3",
  atMs: 3_000,
  told: { title: "One page instead of four", mergedAtMs: 3_000, mergeCommit: "abc", linesAdded: 12, linesRemoved: 4 },
};

it("makes one fact of what was told about a change, the latest word of each field", () => {
  const { changes } = foldTold([opened, reviewed, merged]);

  expect(changes).toEqual([
    expect.objectContaining({
      id: "acme/shop#7",
      title: "One page instead of four",
      openedAtMs: 1_000,
      firstCommitAtMs: 500,
      mergedAtMs: 3_000,
      mergeCommit: "abc",
      reviews: [{ reviewer: "jonas", isBot: false, atMs: 2_000, verdict: "approved" }],
    }),
  ]);
});

it("believes a later word that takes back an earlier one", () => {
  const closed: Told = { ...base, messageId: "3", atMs: 3_000, told: { abandonedAtMs: 3_000 } };
  const reopened: Told = { ...base, messageId: "4", atMs: 4_000, told: { mergedAtMs: null, abandonedAtMs: null } };

  expect(foldTold([closed, opened]).changes[0]?.abandonedAtMs).toBe(3_000);
  expect(foldTold([reopened, closed, opened]).changes[0]?.abandonedAtMs).toBeNull();
});

// Goal: a bot's label and the merge are of the same second, and forges tell no more of the time than that.
describe("of two words of the same second", () => {
  const second = { ...base, atMs: 3_000 };
  const unaware = { mergedAtMs: null, abandonedAtMs: null, mergeCommit: null };

  it.each(["a", "z"])("a merge is never lost, nor to a later one that does not know of it (%s)", (messageId) => {
    const labelled: Told = { ...second, messageId, told: unaware };
    const later: Told = { ...labelled, messageId: "later", atMs: 9_000 };

    for (const tellings of [
      [opened, labelled, merged],
      [merged, labelled, opened, later],
    ])
      expect(foldTold(tellings).changes).toMatchObject([{ mergedAtMs: 3_000, mergeCommit: "abc" }]);
  });

  it("a merged request is not abandoned, whatever else is told of it", () => {
    const closed: Told = { ...second, messageId: "z", atMs: 9_000, told: { abandonedAtMs: 9_000 } };

    expect(foldTold([closed, merged, opened]).changes).toMatchObject([{ mergedAtMs: 3_000, abandonedAtMs: null }]);
  });

  it.each([
    ["closed", "a", { abandonedAtMs: 3_000 }],
    ["closed", "z", { abandonedAtMs: 3_000 }],
    ["made ready", "a", { readyAtMs: 3_000 }],
    ["made ready", "z", { readyAtMs: 3_000 }],
  ])("that it was %s holds against what does not know of it, until something later is told (%s)", (_, id, told) => {
    const done: Told = { ...second, messageId: id, told };
    const other: Told = { ...second, messageId: "m", told: { abandonedAtMs: null, readyAtMs: null } };
    const undone: Told = { ...other, messageId: "n", atMs: 3_001 };

    expect(foldTold([done, other, opened]).changes).toMatchObject([told]);
    expect(foldTold([undone, done, other]).changes).toMatchObject([{ abandonedAtMs: null, readyAtMs: null }]);
  });

  it.each(["a", "z"])("the worse outcome holds, and a later one against it (%s)", (messageId) => {
    const at = { kind: "deployment", subject: "d", source: "github", atMs: 3_000 } as const;
    const where = { service: "shop", environment: "production", finishedAtMs: 3_000 };
    const failed: Told = { ...at, messageId, told: { ...where, outcome: "failed" } };
    const succeeded: Told = { ...at, messageId: "m", told: { ...where, outcome: "succeeded" } };
    const again: Told = { ...succeeded, messageId: "n", atMs: 4_000 };

    expect(foldTold([succeeded, failed]).deployments).toMatchObject([{ outcome: "failed" }]);
    expect(foldTold([again, failed, succeeded]).deployments).toMatchObject([{ outcome: "succeeded" }]);
  });

  it.each(["a", "z"])("a run that is over is not under way (%s)", (messageId) => {
    const at = { kind: "pipeline-run", subject: "r", source: "github", atMs: 3_000 } as const;
    const run = { name: "build", revision: "abc", startedAtMs: 2_000 };
    const over: Told = { ...at, messageId, told: { ...run, finishedAtMs: 3_000, outcome: "failed" } };
    const running: Told = { ...at, messageId: "m", told: { ...run, finishedAtMs: null, outcome: null } };
    const anew: Told = { ...running, messageId: "n", atMs: 4_000 };

    expect(foldTold([over, running]).pipelineRuns).toMatchObject([{ finishedAtMs: 3_000, outcome: "failed" }]);
    expect(foldTold([anew, over, running]).pipelineRuns).toMatchObject([{ finishedAtMs: null, outcome: null }]);
  });
});

// Goal: one source tells a change as it happens and not how large it is, another its size, whenever somebody asks for it.
it("adds what only one source knows of a change to what others told, whichever came first", () => {
  const size: Told = {
    ...base,
    source: "import",
    messageId: "s",
    atMs: 2_500,
    told: { linesAdded: 30, filesChanged: 2 },
  };
  const webhook: Told = { ...base, messageId: "3", atMs: 3_000, told: { mergedAtMs: 3_000, linesAdded: undefined } };
  const orders = [
    [opened, size, webhook],
    [webhook, opened, size],
    [size, webhook, opened],
  ];

  for (const tellings of orders) {
    expect(foldTold(tellings).changes).toMatchObject([
      { title: "Draft", openedAtMs: 1_000, mergedAtMs: 3_000, linesAdded: 30, filesChanged: 2 },
    ]);
  }
});

it("leaves out what is not told well enough to be counted, until it is", () => {
  const finished: Told = {
    kind: "deployment",
    subject: "d1",
    source: "ci",
    messageId: "9",
    atMs: 9_000,
    told: { finishedAtMs: 9_000, outcome: "succeeded" },
  };
  const where: Told = {
    ...finished,
    messageId: "8",
    atMs: 8_000,
    told: { service: "shop", environment: "production" },
  };

  expect(foldTold([finished]).deployments).toEqual([]);
  expect(foldTold([finished, where]).deployments).toEqual([
    expect.objectContaining({ id: "d1", name: "d1", finishedAtMs: 9_000, isRollback: false, remediates: [] }),
  ]);
});

it("forgets an incident that was retracted, until it is told to be one again", () => {
  const at = { kind: "incident", subject: "i", source: "github" } as const;
  const told: Told = { ...at, messageId: "a", atMs: 1_000, told: { title: "Down", detectedAtMs: 900 } };
  const retracted: Told = { ...at, messageId: "b", atMs: 2_000, told: { isRetracted: true } };
  const again: Told = { ...at, messageId: "c", atMs: 3_000, told: { isRetracted: false, resolvedAtMs: 2_900 } };
  const sameSecond: Told = { ...again, atMs: 2_000 };

  expect(foldTold([retracted]).incidents).toEqual([]);
  expect(foldTold([retracted, told]).incidents).toEqual([]);
  expect(foldTold([sameSecond, retracted, told]).incidents).toEqual([]);
  expect(foldTold([again, retracted, told]).incidents).toMatchObject([{ detectedAtMs: 900, resolvedAtMs: 2_900 }]);
});

describe("what a push lets one guess of a commit", () => {
  const commit = { kind: "commit", subject: "c", source: "github" } as const;
  const guess: Told = {
    ...{ ...commit, messageId: "push", atMs: 5_000 },
    told: { isGuessed: true, parents: ["before"], authoredAtMs: 5_000, committedAtMs: 6_000, subject: "pushed" },
  };
  const told: Told = {
    ...{ ...commit, messageId: "api", atMs: 4_000 },
    told: { parents: ["a", "b"], authoredAtMs: 1_000, committedAtMs: 4_000 },
  };

  it("stands until somebody tells, and gives way to that, though it is the later word", () => {
    expect(foldTold([guess]).commits).toMatchObject([{ parents: ["before"], authoredAtMs: 5_000 }]);
    for (const tellings of [
      [guess, told],
      [told, guess],
    ])
      expect(foldTold(tellings).commits).toEqual([
        {
          ...{ sha: "c", parents: ["a", "b"], authoredAtMs: 1_000, committedAtMs: 4_000 },
          ...{ author: "", subject: "pushed", body: "", lines: null },
        },
      ]);
  });

  // Goal: stores hold guesses that are not marked, and are not written anew.
  it.each(["a", "z"])("gives way also where it is not marked as one, as it was once stored (%s)", (messageId) => {
    const { isGuessed: _, ...unmarked } = guess.told;
    const stored: Told = { ...guess, messageId, told: unmarked };
    const sameMoment: Told = { ...told, atMs: 5_000, messageId: "m", told: { ...told.told, parents: ["a"] } };

    expect(foldTold([stored, told]).commits).toMatchObject([{ parents: ["a", "b"] }]);
    expect(foldTold([sameMoment, stored]).commits).toMatchObject([{ parents: ["a"], authoredAtMs: 1_000 }]);
    expect(foldTold([guess, stored]).commits).toMatchObject([{ parents: ["before"] }]);
  });
});

const telling: fc.Arbitrary<Told> = fc.record({
  kind: fc.constant("deployment" as const),
  subject: fc.constantFrom("d1", "d2"),
  source: fc.constantFrom("ci", "github"),
  messageId: fc.string({ minLength: 1, maxLength: 3 }),
  atMs: fc.integer({ min: 0, max: 5 }),
  told: fc.record(
    {
      service: fc.constant("shop"),
      environment: fc.constantFrom("production", "staging"),
      revision: fc.constantFrom("a", "b", null),
      finishedAtMs: fc.option(fc.nat(9), { nil: null }),
      outcome: fc.constantFrom("succeeded" as const, "failed" as const),
      remediates: fc.array(fc.constantFrom("d0", "i1"), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
});

const committing: fc.Arbitrary<Told> = fc.record({
  kind: fc.constant("commit" as const),
  subject: fc.constantFrom("c1", "c2"),
  source: fc.constantFrom("gitlab", "github"),
  messageId: fc.string({ minLength: 1, maxLength: 3 }),
  atMs: fc.integer({ min: 0, max: 3 }),
  told: fc.record(
    {
      isGuessed: fc.constant(true as const),
      parents: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
      authoredAtMs: fc.nat(3),
    },
    { requiredKeys: [] },
  ),
});

const reviewing: fc.Arbitrary<Told> = fc.record({
  kind: fc.constant("change" as const),
  subject: fc.constantFrom("acme/shop#1", "acme/shop#2", "acme/shop#10"),
  source: fc.constantFrom("ci", "github"),
  messageId: fc.string({ minLength: 1, maxLength: 3 }),
  atMs: fc.integer({ min: 0, max: 5 }),
  told: fc.record(
    {
      title: fc.constantFrom("a", "b"),
      openedAtMs: fc.nat(9),
      mergedAtMs: fc.option(fc.nat(9), { nil: null }),
      abandonedAtMs: fc.option(fc.nat(9), { nil: null }),
      readyAtMs: fc.option(fc.nat(9), { nil: null }),
      mergeCommit: fc.constantFrom("a", "b", null),
      commits: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
      reviews: fc.array(
        fc.record({
          reviewer: fc.constantFrom("maya", "jonas"),
          isBot: fc.constant(false),
          atMs: fc.nat(3),
          verdict: fc.constantFrom("approved" as const, "commented" as const),
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  ),
});

it("gives the same facts in whatever order, and however often, the same messages came", () => {
  const messages = fc.uniqueArray(fc.oneof(telling, reviewing, committing), {
    selector: ({ source, messageId }) => `${source} ${messageId}`,
    maxLength: 12,
  });
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.nat()), (tellings, chance) => {
      const shuffled = [...tellings, ...tellings.slice(0, 3)]
        .map((each) => ({ each, key: chance.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);

      expect(foldTold(shuffled)).toEqual(foldTold(tellings));
    }),
  );
});

// Goal: a page after news is made of what was known and the news alone, and must be the page made of everything.
it("gives the same facts bit by bit, asked in between or not, as from everything at once", () => {
  const messages = fc.uniqueArray(fc.oneof(telling, reviewing, committing), {
    selector: ({ source, messageId }) => `${source} ${messageId}`,
    maxLength: 20,
  });
  const portionOf = fc.array(fc.nat(4), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(messages, portionOf, fc.func(fc.boolean()), (tellings, portions, isAsked) => {
      const fold = new FactFold();
      const asked: { was: unknown; copy: unknown }[] = [];
      for (let portion = 0; portion <= 4; portion += 1) {
        for (const [index, each] of tellings.entries()) {
          if (portions[index] === portion || portions[index] === portion + 1) fold.add(each);
        }
        if (!isAsked(portion)) continue;
        const was = fold.facts();
        asked.push({ was, copy: structuredClone(was) });
      }

      expect(fold.facts()).toEqual(foldTold(tellings));
      for (const { was, copy } of asked) expect(was).toEqual(copy);
    }),
  );
});
