import type { CommitFact } from "@steadfast/core/delivery/facts";
import { readRecords } from "./null-separated.ts";
import type { Repository } from "./repository.ts";
import { type GitPlace, runGit } from "./run-git.ts";

const FIELDS = ["%H", "%P", "%at", "%ct", "%an <%ae>", "%s", "%b"];
export const COMMIT_FORMAT = FIELDS.join("%x00");
/** Of a subject, what is kept; of a body that names a revert, the same times 20. */
const SUBJECT_BYTES_MAX = 1_000;
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
    await readRecords(stdout, FIELDS.length, (buffer, start, ends) => {
      if (signBuffer !== buffer) {
        signBuffer = buffer;
        sign = buffer.indexOf(REVERT_SIGN);
      }
      const [hash = 0, parents = 0, authored = 0, committed = 0, author = 0, subject = 0, body = 0] = ends;
      // One search serves all bodies of a chunk: the next sign is looked for only once it was passed.
      while (sign >= 0 && sign <= subject) sign = buffer.indexOf(REVERT_SIGN, subject);
      const parentList = buffer.toString("latin1", hash + 1, parents);
      const parentShas = parentList === "" ? [] : parentList.split(" ");
      const isBodyKept = (sign > subject && sign < body) || parentShas.length > 1;
      commits.push({
        sha: buffer.toString("latin1", start, hash),
        parents: parentShas,
        authoredAtMs: timeOf(buffer.toString("latin1", parents + 1, authored)),
        committedAtMs: timeOf(buffer.toString("latin1", authored + 1, committed)),
        author: intern(authors, buffer.toString("utf8", committed + 1, author)),
        subject: buffer.toString("utf8", author + 1, Math.min(subject, author + 1 + SUBJECT_BYTES_MAX)),
        body: isBodyKept ? buffer.toString("utf8", subject + 1, Math.min(body, subject + 1 + BODY_BYTES_MAX)) : "",
        lines: null,
      });
      if (commits.length % PROGRESS_EVERY === 0) onProgress(commits.length);
    });
  });
  return commits;
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
