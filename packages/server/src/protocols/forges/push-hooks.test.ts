import { describe, expect, it } from "vitest";
import { describeOnEachStore } from "../../db/test-databases.ts";
import { openHookedNode } from "./forge-hooks.fixture.ts";
import { pushedCommits } from "./forge-message.ts";

const sha = (text: string) => Buffer.from(text).toString("hex").padEnd(40, "0").slice(0, 40);
const HEAD = sha("head");

describe("the parents of pushed commits, guessed", () => {
  const parentsOf = (titles: readonly string[], before = HEAD) => {
    const commits = titles.map((title, index) => ({
      ...{ id: sha(`c${index}`), message: `${title}\n\nmore`, timestamp: 1_000 + index, author: "Maya <m@x>" },
    }));
    const push = { branch: "main", before, commits, pushedAtMs: null };
    const names = new Map<string, string | number>([
      [before, "head"],
      ...commits.map(({ id }, at) => [id, at] as const),
    ]);
    return pushedCommits(push, { source: "github", messageId: "m", scope: "repository/acme/shop" }).map((telling) =>
      telling.kind === "commit" ? telling.told.parents?.map((parent) => names.get(parent)) : undefined,
    );
  };

  it.each([
    "Merge pull request #7 from maya/search",
    "Merge branch 'search'",
    "Merge branch 'search' into 'main'",
    "Merge branch 'main' of github.test:acme/shop",
    "Merge branches 'a' and 'b'",
    "Merge remote-tracking branch 'origin/search'",
  ])("of a merge are what the main line was at, and what was listed before it: %s", (title) => {
    expect(parentsOf(["one", "two", title])).toEqual([["head"], [0], ["head", 1]]);
  });

  it.each(["Merge the two forms", "Merge pull requests faster", "Revert \"Merge branch 'x'\"", "Merged"])(
    "of what only reads like a merge is one: %s",
    (title) => {
      expect(parentsOf(["one", title])).toEqual([["head"], [0]]);
    },
  );

  it("are those of each of several merges", () => {
    const titles = ["one", "Merge pull request #1 from a/b", "two", "three", "Merge pull request #2 from c/d"];

    expect(parentsOf(titles)).toEqual([["head"], ["head", 0], [1], [2], [1, 3]]);
  });

  it("know what was merged into a branch on its way", () => {
    const titles = ["one", "Merge branch 'main' into search", "two", "Merge pull request #2 from maya/search"];

    expect(parentsOf(titles)).toEqual([["head"], [0, "head"], [1], ["head", 2]]);
  });

  it("are none of a first commit, and one of a merge whose other side is not in the push", () => {
    expect(parentsOf(["one", "two"], "0".repeat(40))).toEqual([[], [0]]);
    expect(parentsOf(["Merge pull request #1 from a/b"])).toEqual([["head"]]);
  });
});

const repository = { full_name: "acme/shop", default_branch: "main", pushed_at: 1_763_500_000 };
const author = { name: "Maya", email: "maya@example.test" };
const MOMENT = "2026-11-18T10:00:00Z";
const WORK_BEGAN = "2026-11-17T10:00:00Z";

/** Of each of several requests, two commits and the merge that brought them, as a push tells them and as the API does. */
function mergedRequests(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const [one, two, merge, before] = [
      `a${index}`,
      `b${index}`,
      `m${index}`,
      index === 0 ? "base" : `m${index - 1}`,
    ].map(sha);
    const titles = [
      [one, `one of ${index}`, [sha("base")]],
      [two, `two of ${index}`, [one]],
      [merge, `Merge pull request #${index + 1} from maya/search`, [before, two]],
    ] as const;
    const commits = titles.map(([id, message]) => ({ id, message, timestamp: MOMENT, author }));
    const push = { ref: "refs/heads/main", before, repository, commits };
    const told = titles.map(([id, message, parents]) => ({
      repository,
      commit: {
        ...{ sha: id, parents: parents.map((parent) => ({ sha: parent })) },
        commit: { message, author: { ...author, date: WORK_BEGAN }, committer: { date: MOMENT } },
      },
    }));
    return { push, told };
  });
}

describeOnEachStore("what is pushed", (open) => {
  const REQUESTS = 8;

  it("counts merges for merges, and gives way to what the API tells, whichever came first", async () => {
    const { ask, connect, facts, close } = await openHookedNode(await open.config());
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    const send = await connect("github");
    const requests = mergedRequests(REQUESTS);
    const imported = (from: number, to: number) => {
      const messages = requests.slice(from, to).flatMap(({ told }) => told.map((body) => ({ event: "commit", body })));
      return ask("POST", "/api/v1/imports/github", { messages });
    };
    const mergesIn = (commits: readonly { readonly parents: readonly string[] }[]) =>
      commits.filter(({ parents }) => parents.length > 1).length;

    await imported(0, 4);
    for (const { push } of requests) await send("push", push);
    const pushed = await facts("shop");
    await imported(4, REQUESTS);
    const told = await facts("shop");
    await close();

    expect([pushed.commits.length, mergesIn(pushed.commits)]).toEqual([3 * REQUESTS, REQUESTS]);
    const expected = requests.flatMap(({ told: commits }) =>
      commits.map(({ commit }) => ({
        ...{ sha: commit.sha, parents: commit.parents.map((parent) => parent.sha), body: "" },
        ...{ authoredAtMs: Date.parse(WORK_BEGAN), committedAtMs: Date.parse(MOMENT) },
      })),
    );
    expect(told.commits).toHaveLength(expected.length);
    expect(told.commits).toEqual(expect.arrayContaining(expected.map((each) => expect.objectContaining(each))));
  });
});
