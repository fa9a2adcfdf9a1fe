import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { readChunks } from "./read-chunks.ts";

/** Where git runs. */
export type GitPlace = {
  /** A folder inside a work tree, or a bare repository. */
  readonly path: string;
  /** The caller's environment; only what git needs of it is handed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
};

export type GitFailure =
  | "git-missing"
  | "no-such-folder"
  | "not-a-repository"
  | "untrusted-owner"
  | "git-failed"
  | "aborted";

/** Git could not answer. `detail` is the end of what it said, one line. */
export class GitError extends Error {
  readonly failure: GitFailure;
  readonly detail: string;

  constructor(failure: GitFailure, detail: string) {
    super(`git: ${failure}${detail === "" ? "" : `: ${detail}`}`);
    this.name = "GitError";
    this.failure = failure;
    this.detail = detail;
  }
}

/**
 * A repository's own configuration may be hostile: nothing that it names is run. No hook, file-system monitor, pager, signature program, external diff or text conversion;
 * no protocol is allowed, so that a partial clone fetches nothing and no remote helper starts.
 */
const SAFE_CONFIG = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.askPass=",
  "log.showSignature=false",
  "log.mailmap=false",
  "diff.submodule=short",
  "diff.ignoreSubmodules=none",
  "diff.renames=true",
  "i18n.logOutputEncoding=UTF-8",
  "color.ui=false",
  "protocol.allow=never",
].flatMap((setting) => ["-c", setting]);

const SAFE_ENV = {
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  // Whole buffers: by default `git log` writes every commit into a pipe by itself, and wakes us for it.
  GIT_FLUSH: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  // Messages are matched below.
  LC_ALL: "C",
};

/** Of what git says on its error output, the last part is kept. */
const STDERR_CHARACTERS_MAX = 4_000;

/**
 * Runs git without a shell and hands its output to `read` as it comes. Variables that would lead git to another repository (`GIT_DIR`, as inside a hook) are not handed on.
 *
 * @throws {GitError}
 */
export async function runGit<Result>(
  place: GitPlace,
  args: readonly string[],
  read: (stdout: Readable) => Promise<Result>,
  input?: Iterable<string>,
): Promise<Result> {
  const child = spawn("git", ["--no-pager", ...SAFE_CONFIG, "-C", place.path, ...args], {
    env: safeEnv(place.env),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    shell: false,
    windowsHide: true,
    ...(place.signal === undefined ? {} : { signal: place.signal }),
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-STDERR_CHARACTERS_MAX);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => reject(startError(error)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(failureOf(said, code))));
  });
  // Whichever of the two fails first is thrown below; the other must not be reported as unhandled.
  ended.catch(() => {});
  if (child.stdin !== null && input !== undefined) writeAll(child.stdin, input);
  if (child.stdout === null) throw new GitError("git-failed", "no output");
  try {
    const [result] = await Promise.all([read(child.stdout), ended]);
    return result;
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** All of a short answer. @throws {GitError} */
export async function askGit(place: GitPlace, args: readonly string[], input?: Iterable<string>): Promise<string> {
  return await runGit(place, args, readAll, input);
}

async function readAll(stdout: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  await readChunks(stdout, (chunk) => void chunks.push(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** As fast as git takes it. A closed pipe is no error of ours: how git ended tells why. */
function writeAll(stdin: NodeJS.WritableStream, input: Iterable<string>): void {
  const lines = input[Symbol.iterator]();
  stdin.on("error", () => {});
  const pump = (): void => {
    for (let next = lines.next(); ; next = lines.next()) {
      if (next.done === true) {
        stdin.end();
        return;
      }
      if (!stdin.write(next.value)) {
        stdin.once("drain", pump);
        return;
      }
    }
  };
  pump();
}

function safeEnv(env: GitPlace["env"]): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("GIT_"));
  const given = kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(given), ...SAFE_ENV };
}

function startError(error: NodeJS.ErrnoException): GitError {
  if (error.name === "AbortError") return new GitError("aborted", "");
  if (error.code === "ENOENT") return new GitError("git-missing", "");
  return new GitError("git-failed", error.message);
}

function failureOf(said: string, code: number | null): GitError {
  const lines = said.trim().split("\n");
  const last = lines.at(-1)?.trim() ?? "";
  // Which object is broken stands in front of "fatal: revision walk setup failed".
  const detail = (/ failed$/.test(last) ? lines.findLast((line) => line.startsWith("error:")) : undefined) ?? last;
  if (/cannot change to/i.test(said)) return new GitError("no-such-folder", detail);
  if (/dubious ownership/i.test(said)) return new GitError("untrusted-owner", detail);
  if (/not a git repository/i.test(said)) return new GitError("not-a-repository", detail);
  return new GitError("git-failed", detail === "" ? `exit code ${code ?? "none"}` : detail);
}
