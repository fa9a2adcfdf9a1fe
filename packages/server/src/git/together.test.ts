import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { askGit, type GitPlace } from "./run-git.ts";
import { together } from "./together.ts";

const folder = mkdtempSync(join(tmpdir(), "steadfast-together-"));
/** `git … fail` fails at once, any other question is answered after a minute. */
writeFileSync(
  join(folder, "git"),
  '#!/bin/sh\ncase "$*" in *fail) echo "fatal: broken" >&2; exit 128;; esac\nexec sleep 60\n',
);
chmodSync(join(folder, "git"), 0o755);
const place: GitPlace = { path: folder, env: { PATH: `${folder}:/usr/bin:/bin` } };

describe("several gits that make one answer", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Goal: nobody waits for half of an answer, and nothing is shown behind the error.
  it("end with the first that fails, and its error is told", async () => {
    const ended: string[] = [];
    const ask = async (where: GitPlace, what: string) => {
      await askGit(where, [what]).finally(() => ended.push(what));
    };

    const answer = together(place, (where) => [ask(where, "first"), ask(where, "fail"), ask(where, "last")]);

    await expect(answer).rejects.toMatchObject({ failure: "git-failed", detail: "fatal: broken" });
    expect(ended.sort()).toEqual(["fail", "first", "last"]);
  });

  it("are stopped when whoever asked stops", async () => {
    const stop = new AbortController();

    const answer = together({ ...place, signal: stop.signal }, (where) => [askGit(where, ["first"])]);
    stop.abort();

    await expect(answer).rejects.toMatchObject({ failure: "aborted" });
  });

  it("give their answers in the order in which they were started", async () => {
    expect(await together(place, () => [Promise.resolve(1), Promise.resolve("two")])).toEqual([1, "two"]);
  });
});
