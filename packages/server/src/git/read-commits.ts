import type { CommitFact } from "@steadfast/core/delivery/facts";
import { readRecords } from "./null-separated.ts";
import type { Repository } from "./repository.ts";
import { type GitPlace, runGit } from "./run-git.ts";

/** None of these can hold a newline (a subject of several lines is joined by spaces), so that one decoding serves all of them. */
const HEAD = ["%H", "%P", "%at", "%ct", "%an <%ae>", "%s"];
export const COMMIT_FORMAT = `${HEAD.join("%n")}%x00%b`;
const FIELD_COUNT = 2;
/** Of a subject, what is kept; of a body that names a revert, the same times 20. */
const SUBJECT_CHARACTERS_MAX = 1_000;
/** The parts of a text hold on to the whole of it: a longer one is let go. */
const HEAD_BYTES_KEPT_MAX = 4_000;
const NOT_ASCII = /[\u0080-\u00ff]/;
const BODY_BYTES_MAX = 20_000;
/** "Revert", "revert", "reverts", … without asking for each spelling. */
const REVERT_SIGN = Buffer.from("evert");
const PROGRESS_EVERY = 2_000;
/** What a date may be in JavaScript, either way: git takes any number of seconds. */
const TIME_MS_MAX = 8_640_000_000_000_000;

/**
 * Every commit that a tag or HEAD reaches, by one `git log`, streamed. Bodies are kept where they name a revert, and of merges.
 *
 * @throws {GitError}
 */
export async function readCommits(
  place: GitPlace,
  { head }: Repository,
  onProgress: (commits: number) => void = () => {},
): Promise<readonly CommitFact[]> {
  const commits: CommitFact[] = [];
  const authors = new Map<string, string>();
  const tips = head === null ? ["--tags"] : [head, "--tags"];
  const args = [
    "log",
    "-z",
    `--format=tformat:${COMMIT_FORMAT}`,
    "--no-show-signature",
    "--ignore-missing",
    ...tips,
    "--",
  ];
  await runGit(place, args, async (stdout) => {
    let signBuffer: Buffer | undefined;
    let sign = -1;
    await readRecords(stdout, FIELD_COUNT, (buffer, start, ends) => {
      if (signBuffer !== buffer) {
        signBuffer = buffer;
        sign = buffer.indexOf(REVERT_SIGN);
      }
      const head = ends[0] ?? 0;
      const body = ends[1] ?? 0;
      // One search serves all bodies of a chunk: the next sign is looked for only once it was passed.
      while (sign >= 0 && sign <= head) sign = buffer.indexOf(REVERT_SIGN, head);
      const commit = commitOf(textOf(buffer, start, head), authors);
      const isBodyKept = (sign > head && sign < body) || commit.parents.length > 1;
      if (isBodyKept) commit.body = buffer.toString("utf8", head + 1, Math.min(body, head + 1 + BODY_BYTES_MAX));
      commits.push(commit);
      if (commits.length % PROGRESS_EVERY === 0) onProgress(commits.length);
    });
  });
  return commits;
}

/** Bytes as ASCII, which is quickest, unless they are none. */
function textOf(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString("latin1", start, end);
  return NOT_ASCII.test(text) ? buffer.toString("utf8", start, end) : text;
}

/** @param head the fields of `HEAD`, a line each */
function commitOf(head: string, authors: Map<string, string>): CommitFact & { body: string } {
  const [sha = "", parents = "", authored = "", committed = "", author = "", subject = ""] = head.split(
    "\n",
    HEAD.length,
  );
  const own = head.length > HEAD_BYTES_KEPT_MAX ? copyOf : same;
  return {
    sha: own(sha),
    parents: parents === "" ? [] : own(parents).split(" "),
    // Git prints nothing for a date that it cannot read, such as one before 1970: the other date stands for it, or a change would be decades old.
    authoredAtMs: timeOf(authored === "" ? committed : authored),
    committedAtMs: timeOf(committed === "" ? authored : committed),
    author: intern(authors, own(author)),
    subject: own(subject.slice(0, SUBJECT_CHARACTERS_MAX)),
    body: "",
    lines: null,
  };
}

function same(text: string): string {
  return text;
}

function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** Seconds since the epoch as git wrote them, before 1970 and in the far future too; what is no number is the epoch. */
export function timeOf(seconds: string): number {
  const ms = Number(seconds) * 1_000;
  return Number.isFinite(ms) ? Math.max(-TIME_MS_MAX, Math.min(TIME_MS_MAX, ms)) : 0;
}

function intern(known: Map<string, string>, text: string): string {
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  known.set(text, text);
  return text;
}
