import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { graphOf } from "./commit-columns.ts";
import { GeneratedRepository } from "./generated-repository.fixture.ts";
import { readHistory } from "./read-history.ts";
import { GitError } from "./run-git.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;

describe("a tag that is not what it says", () => {
  let repository: GeneratedRepository;

  beforeEach(async () => {
    repository = new GeneratedRepository("broken");
    for (let index = 0; index < 3; index += 1)
      repository.commit({
        message: `c${index}`,
        authoredAtS: START_S + index,
        files: { [`f${index}.txt`]: `${index}\n` },
      });
    repository.tag("v1", 1);
    repository.tag("v2", 2, START_S + 60);
    await repository.build(3);
  });

  afterEach(() => repository.remove());

  async function read() {
    const { history } = await readHistory(
      { path: repository.path, env: { PATH: "/usr/bin:/bin" } },
      undefined,
      () => {},
    );
    const { tags, otherCount } = history.tags;
    return { names: tags.map(({ name }) => name), otherCount, commits: graphOf(history.commits).size };
  }

  function tagObject(name: string, object: string, kind: string, tagger = `A <a@b> ${START_S} +0000`): void {
    const file = join(repository.path, "literal");
    writeFileSync(file, `object ${object}\ntype ${kind}\ntag ${name}\ntagger ${tagger}\n\nwords\n`);
    const tag = repository.git("hash-object", "-w", "-t", "tag", "--literally", file).trim();
    repository.git("update-ref", `refs/tags/${name}`, tag);
  }

  // Goal: one tag of a thousand that is broken does not keep anybody from a report.
  it("is left out where its commit is gone", async () => {
    tagObject("v3", "1".repeat(40), "commit");

    expect(await read()).toEqual({ names: ["v1", "v2"], otherCount: 1, commits: 3 });
  });

  it("hides no commit that is gone, and the error names it", async () => {
    tagObject("v3", "1".repeat(40), "commit");
    for (let index = 0; index < 60; index += 1) repository.git("tag", `w${index}`, index < 30 ? "main~2" : "main");
    const lost = repository.git("rev-parse", "main~1").trim();
    rmSync(join(repository.path, "objects", lost.slice(0, 2), lost.slice(2)));

    await expect(read()).rejects.toThrow(GitError);
    await expect(read()).rejects.toThrow(lost);
  });

  it("has the date behind the first address, as git has it", async () => {
    const commit = repository.git("rev-parse", "main").trim();
    tagObject("v3", commit, "commit", `T <t> ${START_S + 7} +0000 > 7`);
    tagObject("v4", commit, "commit", "T <t>");

    const { history } = await readHistory(
      { path: repository.path, env: { PATH: "/usr/bin:/bin" } },
      undefined,
      () => {},
    );

    expect(history.tags.tags.slice(-2).map(({ taggedAtMs }) => taggedAtMs)).toEqual([(START_S + 7) * 1_000, null]);
  });
});
