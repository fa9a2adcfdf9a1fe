import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { graphOf } from "./commit-columns.ts";
import { GeneratedRepository } from "./generated-repository.fixture.ts";
import { deploymentsOfTags } from "./git-facts.ts";
import { readHistory } from "./read-history.ts";
import { GitError } from "./run-git.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;

describe("a tag that is not as others are", () => {
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
    const place = { path: repository.path, env: { PATH: "/usr/bin:/bin" } };
    const { history } = await readHistory(place, undefined, () => {});
    const { tags, otherCount } = history.tags;
    const releases = deploymentsOfTags(tags, graphOf(history.commits), "broken").map(({ name }) => name);
    const names = tags.map(({ name }) => name);
    const datesMs = tags.map(({ taggedAtMs }) => taggedAtMs);
    return { names, releases, datesMs, otherCount, commits: graphOf(history.commits).size };
  }

  function tagCommit(name: string, commit: string, tagger = `A <a@b> ${START_S} +0000`, words = "words"): void {
    const file = join(repository.path, "literal");
    writeFileSync(file, `object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${words}\n`);
    const tag = repository.git("hash-object", "-w", "-t", "tag", "--literally", file).trim();
    repository.git("update-ref", `refs/tags/${name}`, tag);
  }

  // Goal: one tag of a thousand that is broken does not keep anybody from a report.
  it("is left out where its commit is gone", async () => {
    tagCommit("v3", "1".repeat(40));

    expect(await read()).toMatchObject({ names: ["v1", "v2"], otherCount: 1, commits: 3 });
  });

  it("is left out where its own object is gone, or what stands in its place is no id", async () => {
    mkdirSync(join(repository.path, "refs", "tags"), { recursive: true });
    writeFileSync(join(repository.path, "refs", "tags", "lost"), `${"1".repeat(40)}\n`);
    writeFileSync(join(repository.path, "refs", "tags", "torn"), "half of an i");

    expect(await read()).toMatchObject({ names: ["v1", "v2"], otherCount: 1, commits: 3 });
  });

  it("releases nothing where it calls a folder a commit, which git reads over", async () => {
    tagCommit("v3", repository.git("rev-parse", "main^{tree}").trim());

    expect(await read()).toMatchObject({ releases: ["v1", "v2"], commits: 3 });
  });

  it("hides no commit that is gone, and the error names it", async () => {
    tagCommit("v3", "1".repeat(40));
    for (let index = 0; index < 60; index += 1) repository.git("tag", `w${index}`, index < 30 ? "main~2" : "main");
    const lost = repository.git("rev-parse", "main~1").trim();
    rmSync(join(repository.path, "objects", lost.slice(0, 2), lost.slice(2)));

    await expect(read()).rejects.toThrow(GitError);
    await expect(read()).rejects.toThrow(lost);
  });

  it("has the date behind the first address, as git has it", async () => {
    const commit = repository.git("rev-parse", "main").trim();
    tagCommit("v3", commit, `T <t> ${START_S + 7} +0000 > 7`);
    tagCommit("v4", commit, "T <t>");

    expect((await read()).datesMs.slice(-2)).toEqual([(START_S + 7) * 1_000, null]);
  });

  it("may have a message as long as a book: its head is read, and so are the tags behind it", async () => {
    const commit = repository.git("rev-parse", "main").trim();
    const sizes = [0, 4_000, 200_000, 10, 5_000_000, 1];
    for (const [index, size] of sizes.entries())
      tagCommit(`w${index}`, commit, `A <a@b> ${START_S + index} +0000`, `${"x".repeat(size)}\ntagger B <b@b> 1 +0000`);

    const { names, datesMs } = await read();

    expect(names.slice(2)).toEqual(sizes.map((_, index) => `w${index}`));
    expect(datesMs.slice(2)).toEqual(sizes.map((_, index) => (START_S + index) * 1_000));
  });
});
