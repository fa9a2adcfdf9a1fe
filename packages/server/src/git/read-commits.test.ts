import { describe, expect, it } from "vitest";
import { graphOf } from "./commit-columns.ts";
import { GeneratedRepository } from "./generated-repository.fixture.ts";
import { readHistory } from "./read-history.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;

/** Ids, with those of the parents, in the order of the columns. */
async function readAll(path: string) {
  const { history } = await readHistory({ path, env: { PATH: "/usr/bin:/bin" } }, undefined, () => {});
  const { size, texts, parents, parentStart } = graphOf(history.commits);
  return Array.from({ length: size }, (_, commit) => ({
    sha: texts.sha(commit),
    parents: Array.from(parents.subarray(parentStart[commit], parentStart[commit + 1]), (parent) => texts.sha(parent)),
  }));
}

describe("a history of many tags", () => {
  // Goal: two gits that tell a part each leave nothing out, tell nothing twice, and always give the same order.
  it("is read in two parts, whichever tag parts it", async () => {
    const repository = new GeneratedRepository("parts");
    for (let index = 1; index <= 130; index += 1) {
      // A side line of old fixes that is tagged with the newest names, and a tag of a file.
      const isSide = index > 100;
      const parents = index === 1 ? [] : index === 101 ? [20] : [index - 1];
      repository.commit({ parents, message: `c${index}`, authoredAtS: START_S + (isSide ? index - 80 : index) * 60 });
      if (index % 2 === 0) repository.tag(isSide ? `v9.${index}` : `v1.${index}`, index);
    }
    // Both parts tell what this one reaches.
    repository.tag("v0.1", 99);
    await repository.build(100);
    repository.git("tag", "v1.51-file", "main:file.txt");

    const [first, second] = [await readAll(repository.path), await readAll(repository.path)];

    const byGit = repository.git("log", "--format=%H %P", "main", "--tags").trim().split("\n");
    repository.remove();
    const told = first.map(({ sha, parents }) => [sha, ...parents].join(" "));
    expect(told.sort()).toEqual(byGit.map((line) => line.trim()).sort());
    expect(second).toEqual(first);
  });
});

describe("a message that may speak of a revert", () => {
  it.each([
    ['Revert "x"', true],
    ["REVERT IT", true],
    ["undo\n\nThis reverts commit 1234567.", true],
    ['Reapply "x"', true],
    ['fix: reapply "x" (#2)', true],
    ["feat: pages of x\n\nMore.", false],
  ])("is read again, and no other: %j", async (message, isRead) => {
    const repository = new GeneratedRepository("reverts");
    await repository.build(repository.commit({ message, authoredAtS: START_S }));

    const { history } = await readHistory(
      { path: repository.path, env: { PATH: "/usr/bin:/bin" } },
      undefined,
      () => {},
    );

    repository.remove();
    expect(graphOf(history.commits).texts.mayRevert(0)).toBe(isRead);
  });
});
