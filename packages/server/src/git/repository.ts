import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
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
  const answer = whole === "" ? await askWithoutHead(place) : whole;
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

/** Without a commit the whole question fails, and so does any where there is no repository: this one says why. @throws {GitError} also where HEAD names a commit that cannot be read */
async function askWithoutHead(place: GitPlace): Promise<string> {
  const about = await askGit(place, ["rev-parse", ...ABOUT]);
  const named = (await askGit(place, ["rev-parse", "--verify", "--quiet", "HEAD"]).catch(nothingIfUnanswered)).trim();
  if (named !== "") throw new GitError("git-failed", `HEAD names ${named}, and that commit cannot be read`);
  return `${about.trimEnd()}\n\n`;
}

/** Commits whose parents a shallow clone leaves out, by id. */
export async function readBoundary({ gitDir, isShallow }: Repository): Promise<readonly string[]> {
  if (!isShallow) return [];
  const told = await readFile(join(await commonDir(gitDir), "shallow"), "utf8").catch(() => "");
  return told.split("\n").filter((line) => line !== "");
}

/** Of a linked work tree, the repository that it belongs to. */
export async function commonDir(gitDir: string): Promise<string> {
  const told = await readFile(join(gitDir, "commondir"), "utf8").catch(() => "");
  return told === "" ? gitDir : resolve(gitDir, told.replace(/\n$/, ""));
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
