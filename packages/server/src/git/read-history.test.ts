import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ANY_TITLE, requestTitleOf, titleKeyOf } from "@steadfast/core/delivery/request-title";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { graphOf } from "./commit-columns.ts";
import { GeneratedRepository } from "./generated-repository.fixture.ts";
import { readHistory } from "./read-history.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;
const GIT = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();

describe("the kept history", () => {
  let folder: string;
  let cache: string;
  let repository: GeneratedRepository;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "steadfast-history-"));
    cache = join(folder, "cache");
    // A git that writes down what it is asked.
    writeFileSync(join(folder, "git"), `#!/bin/sh\necho "$@" >> "${join(folder, "asked")}"\nexec ${GIT} "$@"\n`);
    chmodSync(join(folder, "git"), 0o755);
    repository = new GeneratedRepository("kept");
    for (let index = 0; index < 6; index += 1) {
      const message = index === 4 ? 'Revert "c1"\n\nThis reverts commit c1.' : `c${index} é`;
      repository.commit({ message, authoredAtS: START_S + index * 60, author: `Ada ${index} <a@b>` });
    }
    repository.commit({ parents: [6, 3], message: "Merge pull request #7 from a/b\n\nc7", authoredAtS: START_S + 999 });
    repository.tag("v1", 2);
    repository.tag("v2", 4, START_S + 500);
    await repository.build(7);
  });

  afterEach(() => {
    repository.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a run sees, and whether it had to read the history. */
  async function run(into = cache) {
    writeFileSync(join(folder, "asked"), "");
    const place = { path: repository.path, env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder } };
    const { history, keep } = await readHistory(place, into, () => {});
    const isRead = / log -z /.test(readFileSync(join(folder, "asked"), "utf8"));
    await keep();
    const { size, texts, parents, parentStart, isMerge, authoredAtMs, committedAtMs } = graphOf(history.commits);
    const commits = Array.from({ length: size }, (_, commit) => [
      texts.sha(commit),
      texts.author(commit),
      texts.subject(commit),
      texts.body(commit),
      texts.mayRevert(commit),
      texts.titleKey(commit),
      texts.requestNumber(commit),
    ]);
    const columns = { parents, parentStart, isMerge, authoredAtMs, committedAtMs };
    return { isRead, seen: { commits, columns, tags: history.tags } };
  }

  function keptFile(): string {
    const [name = "", ...more] = readdirSync(cache);
    expect(more).toEqual([]);
    return join(cache, name);
  }

  it("answers the second run, with all that the first one read", async () => {
    const first = await run();
    const second = await run();

    expect([first.isRead, second.isRead]).toEqual([true, false]);
    expect(second.seen).toEqual(first.seen);
    expect(first.seen.commits).toHaveLength(7);
    expect(first.seen.tags.tags.map(({ name, taggedAtMs }) => [name, taggedAtMs])).toEqual([
      ["v1", null],
      ["v2", (START_S + 500) * 1_000],
    ]);
  });

  // Goal: a revert finds what it takes back by these, without a look at any other message.
  it("knows titles and numbers of requests as their messages tell them", async () => {
    const messages = [
      "Merge pull request #8 from a/b\n\n\n \tFix it (#9) \n\nMore.",
      "Merge pull request #1234567890 from a/b\n\nToo long a number",
      "Merge pull request #10",
      "Merge pull request #11 from a/b (#12)\n\nBoth",
      "Merge pull request #13 from a/b\n\n\u00c2\u00a0fix",
      "Merge pull request #51 from a/b (#50)\u00c2\u00a0",
      "Merged in a/b (pull request #14)\n\nBitbucket",
      "Merge branch 'a' into 'main'\n\nGitLab's\n\nSee merge request a/b!15",
      "Merge branch 'a'",
    ];
    const merges = new GeneratedRepository("merges");
    merges.commit({ message: "Begin", authoredAtS: START_S });
    for (const [index, message] of messages.entries())
      merges.commit({ parents: [index + 1, 1], message, authoredAtS: START_S + 60 * (index + 1) });
    await merges.build(messages.length + 1);
    const place = { path: merges.path, env: { PATH: "/usr/bin:/bin" } };
    const { history } = await readHistory(place, undefined, () => {});
    merges.remove();
    const { texts, isMerge } = graphOf(history.commits);
    const seen = Array.from(isMerge, (flag, commit) => ({
      told: requestTitleOf(texts.subject(commit), texts.body(commit), flag === 1),
      known: [texts.titleKey(commit), texts.requestNumber(commit)],
    }));
    expect(seen.map(({ told }) => told.number)).toEqual([
      undefined,
      15,
      14,
      50,
      13,
      12,
      undefined,
      undefined,
      8,
      undefined,
    ]);
    expect(seen.map(({ known }) => known)).toEqual(
      seen.map(({ told: { title, number } }) => [
        // A space that is not ASCII may be one that is cut off.
        number === 13 ? ANY_TITLE : titleKeyOf(title),
        number ?? 0,
      ]),
    );
  });

  it("knows them of the other commits too", async () => {
    const { commits } = (await run()).seen;

    const told = commits.map(([, , subject, body], index) => requestTitleOf(`${subject}`, `${body}`, index === 0));
    expect(told[0]).toEqual({ title: "c7", number: 7 });
    expect(commits.map((commit) => commit.slice(5))).toEqual(
      told.map(({ title, number }) => [title.includes("é") ? ANY_TITLE : titleKeyOf(title), number ?? 0]),
    );
  });

  // Goal: nobody is ever shown the figures of a history that is no more.
  it.each<readonly [string, () => void]>([
    ["a tag was moved", () => repository.git("tag", "-f", "v1", "main~1")],
    ["a tag was deleted", () => repository.git("tag", "-d", "v1")],
    ["a tag came", () => repository.git("tag", "v3", "main")],
    ["its branch went back", () => repository.git("update-ref", "refs/heads/main", "main~2")],
    ["HEAD names another branch", () => repository.git("symbolic-ref", "HEAD", "refs/heads/none")],
    ["a commit was replaced", () => repository.git("replace", "main~2", "main~3")],
    ["a graft cut it", () => writeIn("info", "grafts", repository.git("rev-parse", "main~1"))],
    ["it became shallow", () => writeIn(".", "shallow", repository.git("rev-parse", "main~1"))],
    ["its work tree's configuration changed", () => writeIn(".", "config.worktree", "[core]\nuseReplaceRefs=false\n")],
    ["its configuration changed", () => repository.git("config", "core.useReplaceRefs", "false")],
    [
      "the user's configuration changed",
      () => writeFileSync(join(folder, ".gitconfig"), "[core]\nuseReplaceRefs=false\n"),
    ],
  ])("is not used once %s", async (_, change) => {
    await run();
    change();

    const after = await run();
    const fresh = await run(join(folder, "another-cache"));
    const again = await run();

    expect([after.isRead, fresh.isRead, again.isRead]).toEqual([true, true, false]);
    expect(after.seen).toEqual(fresh.seen);
    expect(again.seen).toEqual(fresh.seen);
  });

  function writeIn(below: string, name: string, content: string): void {
    mkdirSync(join(repository.path, below), { recursive: true });
    writeFileSync(join(repository.path, below, name), content);
  }

  it.each<readonly [string, (path: string) => void]>([
    ["cut short", (path) => truncateSync(path, readFileSync(path).length - 9)],
    ["cut within its head", (path) => truncateSync(path, 40)],
    ["empty", (path) => truncateSync(path, 0)],
    ["not ours", (path) => writeFileSync(path, "x".repeat(5_000))],
    ["damaged in one bit", (path) => flipLastByteOf(path, 30)],
    ["damaged in a count", (path) => flipByte(path, 24 + 64 + 8)],
    ["whole, but of more commits than it has room for", (path) => layOutAnew(path, 2, 4_000)],
    ["whole, but of fewer commits than it was written for", (path) => layOutAnew(path, 2, 1)],
    ["whole, but of ids that fill no word", (path) => layOutAnew(path, 1, 41)],
  ])("is read anew where the file is %s", async (_, damage) => {
    const first = await run();
    damage(keptFile());

    const second = await run();
    const third = await run();

    expect([second.isRead, third.isRead]).toEqual([true, false]);
    expect([second.seen, third.seen]).toEqual([first.seen, first.seen]);
  });

  /** Another number in the head, under a checksum that is right. */
  function layOutAnew(path: string, index: number, value: number): void {
    const content = readFileSync(path);
    content.writeUInt32LE(value, 24 + 64 + index * 4);
    const digest = createHash("sha256").update(content.subarray(24, 56)).update(content.subarray(88)).digest();
    digest.copy(content, 56);
    writeFileSync(path, content);
  }

  function flipLastByteOf(path: string, before: number): void {
    flipByte(path, readFileSync(path).length - before);
  }

  function flipByte(path: string, at: number): void {
    const content = readFileSync(path);
    content[at] = (content[at] ?? 0) ^ 1;
    writeFileSync(path, content);
  }

  it("is whole after two runs at once, and where the folder cannot be made there is none", async () => {
    const [one, other] = await Promise.all([run(), run()]);
    const after = await run();
    writeFileSync(join(folder, "file"), "");
    const unwritable = await run(join(folder, "file", "cache"));

    expect([one.seen, other.seen, unwritable.seen]).toEqual([after.seen, after.seen, after.seen]);
    expect([after.isRead, unwritable.isRead]).toEqual([false, true]);
  });

  it("clears away what a run that was killed while it wrote has left a day ago", async () => {
    await run();
    const kept = keptFile();
    const [old, young] = [`${kept}.${randomUUID()}`, `${kept}.${randomUUID()}`];
    for (const left of [old, young]) writeFileSync(left, "half of it");
    const writtenAtS = Date.now() / 1_000 - 25 * 60 * 60;
    utimesSync(old, writtenAtS, writtenAtS);
    repository.git("tag", "v3", "main");

    await run();

    expect(readdirSync(cache).sort()).toEqual([basename(kept), basename(young)].sort());
  });

  it("is not kept where a tag moved while it was read", async () => {
    const place = { path: repository.path, env: { PATH: "/usr/bin:/bin" } };
    const { keep } = await readHistory(place, cache, () => {});
    repository.git("tag", "-f", "v1", "main");
    await keep();
    repository.git("tag", "-f", "v1", "main~1");

    expect((await run()).isRead).toBe(true);
  });

  it("keeps a repository without commits, and one of SHA-256 ids", async () => {
    const path = join(folder, "long");
    const env = { PATH: "/usr/bin:/bin", HOME: folder };
    const git = (...args: readonly string[]) => execFileSync(GIT, ["-C", path, ...args], { env, encoding: "utf8" });
    execFileSync(GIT, ["init", "-q", "--bare", "--object-format=sha256", path], { env });
    const empty = await readHistory({ path, env }, cache, () => {});
    await empty.keep();
    const tree = git("hash-object", "-w", "-t", "tree", "/dev/null").trim();
    const who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    const commit = git(...who, "commit-tree", "-m", "one", tree).trim();
    git("update-ref", "refs/tags/v1", commit);

    const read = await readHistory({ path, env }, cache, () => {});
    await read.keep();
    const kept = await readHistory({ path, env }, cache, () => {});

    expect(empty.history.commits.isMerge).toHaveLength(0);
    const graph = graphOf(kept.history.commits);
    expect([graph.size, graph.texts.sha(0), graph.texts.indexOf(commit)]).toEqual([1, commit, 0]);
    expect(kept.history).toEqual(read.history);
  });
});
