import { askGit, GitError, type GitPlace } from "./run-git.ts";

/** What a clone is, before anything of its history is read. */
export type Repository = {
  /** Absolute. */
  readonly gitDir: string;
  /** Of its folder: what people call it. */
  readonly name: string;
  readonly isShallow: boolean;
  readonly isBare: boolean;
  /** Blobs (or trees) were left at the remote: sizes cannot be measured without fetching them. */
  readonly isPartial: boolean;
  /** The commit of HEAD; `null` in a repository without commits. */
  readonly head: string | null;
};

/** @throws {GitError} `not-a-repository`, `no-such-folder`, `untrusted-owner`, `git-missing`, … */
export async function openRepository(place: GitPlace): Promise<Repository> {
  const [about, head, partial] = await Promise.all([
    askGit(place, ["rev-parse", "--absolute-git-dir", "--is-shallow-repository", "--is-bare-repository"]),
    askGit(place, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).catch(nothingIfUnanswered),
    askGit(place, ["config", "--get-regexp", "^(extensions\\.partialclone|remote\\..*\\.promisor)$"]).catch(
      nothingIfUnanswered,
    ),
  ]);
  const lines = about.trimEnd().split("\n");
  // A folder's name may hold a newline: the two answers are the last two lines.
  const [isShallow, isBare] = lines.slice(-2);
  const gitDir = lines.slice(0, -2).join("\n");
  return {
    gitDir,
    name: nameOf(gitDir),
    isShallow: isShallow === "true",
    isBare: isBare === "true",
    isPartial: partial.trim() !== "",
    head: head.trim() === "" ? null : head.trim(),
  };
}

/** "No such thing" is an answer; a place that is no repository is told by the first question. */
function nothingIfUnanswered(error: unknown): string {
  if (error instanceof GitError) return "";
  throw error;
}

/** `/src/shop/.git` and `/src/shop.git` are "shop". */
function nameOf(gitDir: string): string {
  const parts = gitDir.split(/[\\/]/).filter((part) => part !== "");
  const last = parts.at(-1) ?? "repository";
  return (last === ".git" ? (parts.at(-2) ?? last) : last).replace(/\.git$/, "");
}
