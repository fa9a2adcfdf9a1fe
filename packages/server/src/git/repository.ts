import { askGit, GitError, type GitPlace } from "./run-git.ts";

/** What a clone is, before anything of its history is read. */
export type Repository = {
  /** Absolute. */
  readonly gitDir: string;
  /** Of its folder: what people call it. */
  readonly name: string;
  readonly isShallow: boolean;
  readonly isBare: boolean;
  /** The commit of HEAD; `null` in a repository without commits. */
  readonly head: string | null;
};

const ABOUT = ["--absolute-git-dir", "--is-shallow-repository", "--is-bare-repository"];
const HEAD = ["--verify", "--quiet", "HEAD^{commit}"];

/** @throws {GitError} `not-a-repository`, `no-such-folder`, `untrusted-owner`, `git-missing`, … */
export async function openRepository(place: GitPlace): Promise<Repository> {
  const whole = await askGit(place, ["rev-parse", ...ABOUT, ...HEAD]).catch(nothingIfUnanswered);
  // Without a commit the whole question fails, and so does any where there is no repository: then the second one says why.
  const answer = whole === "" ? `${(await askGit(place, ["rev-parse", ...ABOUT])).trimEnd()}\n\n` : whole;
  // A folder's name may hold a newline: the other answers are the last lines.
  const lines = answer.replace(/\n$/, "").split("\n");
  const [isShallow, isBare, head = ""] = lines.slice(-3);
  const gitDir = lines.slice(0, -3).join("\n");
  return {
    gitDir,
    name: nameOf(gitDir),
    isShallow: isShallow === "true",
    isBare: isBare === "true",
    head: head === "" ? null : head,
  };
}

/** Blobs (or trees) were left at the remote: sizes cannot be measured without fetching them. @throws {GitError} */
export async function isPartialClone(place: GitPlace): Promise<boolean> {
  const names = "^(extensions\\.partialclone|remote\\..*\\.promisor)$";
  return (await askGit(place, ["config", "--get-regexp", names]).catch(nothingIfUnanswered)).trim() !== "";
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
