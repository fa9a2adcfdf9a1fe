import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commonDir, type Repository } from "./repository.ts";
import { askGit, type GitPlace } from "./run-git.ts";

/** Every tag, and every object that stands for another one. */
const REFS = ["refs/tags/", "refs/replace/"];
/** What makes git see another history than its objects tell, and how it is set up. */
const FILES = ["shallow", "info/grafts", "config"];

/** Objects and names of the refs that decide what a history is, as git lists them: a line each, older versions first. @throws {GitError} */
export async function readRefs(place: GitPlace): Promise<string> {
  const format = "--format=%(objectname) %(refname)";
  return await askGit(place, ["for-each-ref", "--sort=version:refname", format, ...REFS]);
}

/**
 * A digest of all that decides which commits and tags a history has and how git shows them: objects never change under their names, so that an equal digest means an
 * equal history.
 */
export async function historyState(
  { env }: Pick<GitPlace, "env">,
  { gitDir, head }: Repository,
  refs: string,
): Promise<Buffer> {
  const common = await commonDir(gitDir);
  const paths = [...FILES.map((name) => join(common, name)), join(gitDir, "config.worktree"), ...configPaths(env)];
  const files = await Promise.all(paths.map((path) => readFile(path).catch(() => Buffer.alloc(0))));
  const digest = createHash("sha256");
  for (const part of [Buffer.from(head ?? ""), Buffer.from(refs), ...files]) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(part.length);
    digest.update(bytes).update(part);
  }
  return digest.digest();
}

/** The user's and the machine's settings: `core.useReplaceRefs` may stand there too. What those include is not followed. */
function configPaths({ HOME, XDG_CONFIG_HOME }: GitPlace["env"]): readonly string[] {
  const ofHome = HOME === undefined ? [] : [join(HOME, ".gitconfig"), join(HOME, ".config", "git", "config")];
  return ["/etc/gitconfig", ...ofHome, ...(XDG_CONFIG_HOME ? [join(XDG_CONFIG_HOME, "git", "config")] : [])];
}
