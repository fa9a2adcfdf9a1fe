import { readRecords } from "./null-separated.ts";
import type { Repository } from "./repository.ts";
import { askGit, type GitPlace, runGit } from "./run-git.ts";

/**
 * Commits (no merges) that touch a path, anywhere in the history that tags and HEAD reach. One `git log` over trees, no blobs: it works in a clone without blobs, and a commit-graph with changed-path filters makes it quick.
 *
 * @param path relative to the repository's root; taken literally, so that `*` and `:(…)` mean nothing
 * @throws {GitError}
 */
export async function readTouched(
  place: GitPlace,
  { head, isBare }: Repository,
  path: string,
): Promise<ReadonlySet<string>> {
  const touched = new Set<string>();
  // Git takes a path from where it runs, which may be a folder within: `../../`, or nothing.
  const toRoot = isBare ? "" : (await askGit(place, ["rev-parse", "--show-cdup"])).replace(/\n$/, "");
  const tips = head === null ? ["--tags"] : [head, "--tags"];
  const args = [
    "--literal-pathspecs",
    "log",
    "-z",
    "--format=tformat:%H",
    "--no-show-signature",
    "--ignore-missing",
    "--no-merges",
    "--full-history",
    ...tips,
  ];
  await runGit(place, [...args, "--", `${toRoot}${path}`], async (stdout) => {
    await readRecords(stdout, 1, (buffer, start, [end = start]) => touched.add(buffer.toString("latin1", start, end)));
  });
  return touched;
}
