import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommitGraph } from "@steadfast/core/delivery/commit-graph";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { graphOf } from "./commit-columns.ts";
import { GeneratedRepository, git } from "./generated-repository.fixture.ts";
import { readRefs } from "./history-state.ts";
import { readCommits } from "./read-commits.ts";
import { readLineSizes } from "./read-line-sizes.ts";
import { readTags, tagRefsOf } from "./read-tags.ts";
import { readTouched } from "./read-touched.ts";
import { isPartialClone, openRepository } from "./repository.ts";
import { GitError, type GitPlace } from "./run-git.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;
const folder = mkdtempSync(join(tmpdir(), "steadfast-hostile-"));
const made: GeneratedRepository[] = [];

const placeOf = (path: string): GitPlace => ({ path, env: { HOME: folder } });

async function readAll(path: string) {
  const place = placeOf(path);
  const repository = await openRepository(place);
  const refs = tagRefsOf(await readRefs(place));
  const tips = { head: repository.head, tagged: refs.map(({ object }) => object) };
  const [columns, tags] = await Promise.all([readCommits(place, tips), readTags(place, refs)]);
  return { place, repository, commits: commitsOf(graphOf(columns)), ...tags };
}

/** Of parents those that are known. */
function commitsOf({ size, texts, parentStart, parents, authoredAtMs, committedAtMs }: CommitGraph) {
  return Array.from({ length: size }, (_, commit) => ({
    sha: texts.sha(commit),
    author: texts.author(commit),
    subject: texts.subject(commit),
    body: texts.body(commit),
    authoredAtMs: authoredAtMs[commit],
    committedAtMs: committedAtMs[commit],
    parents: Array.from(parents.subarray(parentStart[commit], parentStart[commit + 1]), (parent) => texts.sha(parent)),
  }));
}

describe("reading a repository", () => {
  let repository: GeneratedRepository;

  beforeEach(() => {
    repository = new GeneratedRepository("any");
    made.push(repository);
  });

  afterAll(() => {
    for (const each of made) each.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("takes authors, subjects and paths as they are: no shell, no encoding, no newline breaks it", async () => {
    const path = 'packages/a b"; touch pwned #\n*/$(x).ts';
    const author = "\xe9va `touch pwned` $(touch pwned) <eva@example.org>";
    const first = repository.commit({ message: "Begin", authoredAtS: START_S, files: { [path]: "one\ntwo\n" } });
    const second = repository.commit({
      message: 'feat: "; rm -rf / \xff\n\nThis reverts nothing.',
      authoredAtS: START_S,
      author,
      files: { [path]: "one\n" },
    });
    repository.tag("v1;touch$IFS`pwned`", second);
    await repository.build(second);

    const { commits, tags, place, repository: opened } = await readAll(repository.path);
    const touched = await readTouched(place, opened, 'packages/a b"; touch pwned #\n*');
    const sizes = await readLineSizes(
      place,
      commits.map(({ sha }) => sha),
    );

    expect(commits.map(({ subject }) => subject)).toEqual(['feat: "; rm -rf / \ufffd', "Begin"]);
    expect(commits[0]?.author).toBe("\ufffdva `touch pwned` $(touch pwned) <eva@example.org>");
    expect(tags.map(({ name }) => name)).toEqual(["v1;touch$IFS`pwned`"]);
    expect(touched.size).toBe(2);
    expect([...sizes].sort()).toEqual([1, 2]);
    expect(first).toBe(1);
  });

  // Goal: looking at somebody's repository must not run what its configuration says.
  it("runs nothing that the repository's configuration or attributes name", async () => {
    const sign = join(folder, "ran");
    const script = join(folder, "script.sh");
    writeFileSync(script, `#!/bin/sh\necho ran >> '${sign}'\ncat\n`);
    chmodSync(script, 0o755);
    const work = join(folder, "work");
    const mark = repository.commit({
      message: "Begin",
      authoredAtS: START_S,
      files: { ".gitattributes": "* diff=evil\n", "a.txt": "a\n" },
    });
    await repository.build(mark);
    git(folder, ["clone", "-q", repository.path, work]);
    const signed = git(work, ["cat-file", "commit", "main"]).replace(
      /\n\n/,
      "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n",
    );
    writeFileSync(join(folder, "signed"), signed);
    const sha = git(work, ["hash-object", "-w", "-t", "commit", join(folder, "signed")]).trim();
    git(work, ["update-ref", "refs/heads/main", sha]);
    appendFileSync(
      join(work, ".git", "config"),
      `[core]\nfsmonitor = ${script}\nhooksPath = ${folder}\npager = ${script}\nsshCommand = ${script}\n[diff]\nexternal = ${script}\n[diff "evil"]\ntextconv = ${script}\ncommand = ${script}\n[gpg]\nprogram = ${script}\n[log]\nshowSignature = true\n[pager]\nlog = ${script}\n`,
    );

    const { commits, place, repository: opened } = await readAll(work);
    await readLineSizes(
      place,
      commits.map(({ sha }) => sha),
    );
    await readTouched(place, opened, "a.txt");

    expect(commits).toHaveLength(1);
    expect(existsSync(sign)).toBe(false);
  });

  it("fetches nothing into a partial clone, and says that it is one", async () => {
    const mark = repository.commit({ message: "Begin", authoredAtS: START_S, files: { "a.txt": "a\n" } });
    await repository.build(mark);
    repository.git("config", "uploadpack.allowFilter", "true");
    const work = join(folder, "partial");
    git(folder, ["clone", "-q", "--bare", "--filter=blob:none", `file://${repository.path}`, work]);

    const { commits, place, repository: opened } = await readAll(work);

    expect(opened).toMatchObject({ isBare: true, name: "partial" });
    expect(await isPartialClone(place)).toBe(true);
    expect(commits).toHaveLength(1);
    await expect(
      readLineSizes(
        place,
        commits.map(({ sha }) => sha),
      ),
    ).rejects.toThrow(GitError);
  });

  it("reads a shallow clone up to its boundary", async () => {
    for (let index = 0; index < 5; index += 1)
      repository.commit({ message: `c${index}`, authoredAtS: START_S + index });
    await repository.build(5);
    const work = join(folder, "shallow");
    git(folder, ["clone", "-q", "--bare", "--depth=2", `file://${repository.path}`, work]);

    const { commits, repository: opened } = await readAll(work);

    expect(opened.isShallow).toBe(true);
    expect(commits.map(({ subject, parents }) => [subject, parents.length])).toEqual([
      ["c4", 1],
      ["c3", 0],
    ]);
  });

  it("reads an empty repository", async () => {
    const { commits, tags, repository: opened } = await readAll(repository.path);

    expect([commits, tags, opened.head]).toEqual([[], [], null]);
  });

  it("takes dates of the far future, and what git makes of those before 1970", async () => {
    const first = repository.commit({ message: "old", authoredAtS: 0 });
    const second = repository.commit({ message: "new", authoredAtS: 253_402_300_799, committedAtS: 4_102_444_800 });
    repository.tag("v1", second, 4_102_444_800);
    await repository.build(second);

    const { commits, tags } = await readAll(repository.path);

    expect(commits.map(({ authoredAtMs }) => authoredAtMs)).toEqual([253_402_300_799_000, 0]);
    expect(tags[0]?.taggedAtMs).toBe(4_102_444_800_000);
    expect(first).toBe(1);
  });

  // Goal: one unreadable date must not make a change of 53 years.
  it("lets the other date stand for one that git cannot read", async () => {
    const mark = repository.commit({ message: "Begin", authoredAtS: START_S });
    await repository.build(mark);
    const tree = repository.git("rev-parse", "main^{tree}").trim();
    let parent = repository.git("rev-parse", "main").trim();
    for (const [index, [authored, committed]] of [
      ["-86400 +0000", `${START_S} +0000`],
      ["yesterday", `${START_S} +0000`],
      [`${START_S} +0000`, "-1 +0000"],
    ].entries()) {
      const file = join(folder, `literal-${index}`);
      const people = `author A <a@b> ${authored}\ncommitter A <a@b> ${committed}`;
      writeFileSync(file, `tree ${tree}\nparent ${parent}\n${people}\n\nodd ${index}\n`);
      parent = repository.git("hash-object", "-w", "-t", "commit", "--literally", file).trim();
    }
    repository.git("update-ref", "refs/heads/main", parent);

    const { commits } = await readAll(repository.path);

    expect(commits.map(({ authoredAtMs, committedAtMs }) => [authoredAtMs, committedAtMs])).toEqual(
      commits.map(() => [START_S * 1_000, START_S * 1_000]),
    );
    expect(commits).toHaveLength(4);
  });

  it("sees history as git shows it where a file of grafts cuts it", async () => {
    for (let index = 0; index < 5; index += 1)
      repository.commit({ message: `c${index}`, authoredAtS: START_S + index });
    await repository.build(5);
    mkdirSync(join(repository.path, "info"), { recursive: true });
    writeFileSync(join(repository.path, "info", "grafts"), repository.git("rev-parse", "main~1"));

    const { commits } = await readAll(repository.path);

    expect(commits.map(({ subject, parents }) => [subject, parents.length])).toEqual([
      ["c4", 1],
      ["c3", 0],
    ]);
  });

  it("peels tags of tags, and leaves out those of files and folders", async () => {
    const mark = repository.commit({ message: "Begin", authoredAtS: START_S });
    repository.tag("light", mark);
    repository.tag("annotated", mark, START_S + 60);
    await repository.build(mark);
    repository.git(
      "-c",
      "user.name=A",
      "-c",
      "user.email=a@b",
      "tag",
      "-a",
      "-m",
      "x",
      "nested",
      "refs/tags/annotated",
    );
    repository.git("tag", "tree", "main^{tree}");
    repository.git("tag", "blob", "main:file.txt");

    const { tags, otherCount, commits } = await readAll(repository.path);

    expect(tags.map(({ name }) => name).sort()).toEqual(["annotated", "light", "nested"]);
    expect(new Set(tags.map(({ commit }) => commit))).toEqual(new Set([commits[0]?.sha]));
    expect(otherCount).toBe(2);
  });

  it("sees history as git shows it: octopus and criss-cross merges, replaced parents", async () => {
    const root = repository.commit({ message: "root", authoredAtS: START_S });
    const [a, b, c] = ["a", "b", "c"].map((message) =>
      repository.commit({ parents: [root], message, authoredAtS: START_S }),
    );
    const octopus = repository.commit({ parents: [a ?? 0, b ?? 0, c ?? 0], message: "octopus", authoredAtS: START_S });
    const left = repository.commit({ parents: [a ?? 0, b ?? 0], message: "left", authoredAtS: START_S });
    const right = repository.commit({ parents: [b ?? 0, a ?? 0], message: "right", authoredAtS: START_S });
    const main = repository.commit({ parents: [octopus, left, right], message: "main", authoredAtS: START_S });
    await repository.build(main);
    repository.git("replace", "--graft", "main", "main^1");

    const { commits } = await readAll(repository.path);
    const byGit = repository.git("rev-list", "main").trim().split("\n");

    expect(commits.map(({ sha }) => sha).sort()).toEqual(byGit.sort());
  });

  it.each([
    ["a folder that is not there", () => join(folder, "nowhere"), "no-such-folder"],
    ["a folder that is no repository", () => folder, "not-a-repository"],
  ] as const)("refuses %s with a reason", async (_what, path, failure) => {
    await expect(openRepository(placeOf(path()))).rejects.toMatchObject({ failure });
  });

  it("tells of a corrupt repository instead of measuring half of it", async () => {
    const first = repository.commit({ message: "one", authoredAtS: START_S });
    const second = repository.commit({ message: "two", authoredAtS: START_S });
    await repository.build(second);
    const lost = repository.git("rev-parse", "main~1").trim();
    rmSync(join(repository.path, "objects", lost.slice(0, 2), lost.slice(2)));

    await expect(readAll(repository.path)).rejects.toThrow(GitError);
    expect(first).toBe(1);
  });

  it("stops when it is told to", async () => {
    const mark = repository.commit({ message: "one", authoredAtS: START_S });
    await repository.build(mark);

    const stopped = openRepository({ ...placeOf(repository.path), signal: AbortSignal.abort() });

    await expect(stopped).rejects.toMatchObject({ failure: "aborted" });
  });
});
