import type { ScopedTold } from "@steadfast/core/delivery/scope";
import { z } from "zod";

/**
 * What a forge's message amounts to. `ignored`: known, and nothing that delivery is measured from. `unknown`: nobody reads it here, or it lacks what is
 * needed, as of a forge's older versions.
 */
export type MessageMeaning =
  | { readonly outcome: "told"; readonly tellings: readonly ScopedTold[] }
  | { readonly outcome: "ignored" | "unknown" };

export type ForgeMessage = {
  /** As the forge names it, such as `pull_request`. */
  readonly event: string;
  /** Unlike for every other message: a replay is the same message, whatever its headers say. */
  readonly messageId: string;
  readonly body: unknown;
};

export const IGNORED: MessageMeaning = { outcome: "ignored" };
export const UNKNOWN: MessageMeaning = { outcome: "unknown" };

/** Commits in one push: GitHub sends at most 2,048, GitLab 20. */
export const COMMITS_PER_PUSH_MAX = 2_048;

/** RFC 3339, and what GitLab writes in places: `2013-12-03 17:23:34 UTC`, `2021-04-28 21:50:00 +0200`. */
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:(Z|UTC)|([+-]\d\d):?(\d\d))$/i;

/** A moment, as milliseconds. A time without its zone is none: it would be another one on every server. */
export const time = z.string().transform((text, context) => {
  const [, date, ofDay, utc, hours, minutes] = TIME.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}T${ofDay}${utc ? "Z" : `${hours}:${minutes}`}`);
  if (Number.isFinite(ms)) return ms;
  context.addIssue("is no time with a zone");
  return z.NEVER;
});

export const commitId = z.string().regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/);

/** A branch that does not exist: what was there before the first push. */
const NO_COMMIT = /^0+$/;

export type PushedCommit = {
  readonly id: string;
  readonly message: string;
  readonly timestamp: number;
  readonly author: string;
};

/**
 * The commits of a push to the main branch. A forge tells their order and not their parents, so these are guessed, and so are the times. All of them arrived together:
 * each builds on the one before it in the list. A merge, known by the title that forges and git give one, also builds on what the main line was at before it: what
 * stands between the two was merged. (A merge that stands alone, without what it merged, is not known for one.)
 *
 * @param branch the main one
 * @param before what it was at
 * @param pushedAtMs when they entered this history; `null`: not told
 */
export function pushedCommits(
  push: {
    readonly branch: string;
    readonly before: string;
    readonly commits: readonly PushedCommit[];
    readonly pushedAtMs: number | null;
  },
  of: Pick<ScopedTold, "source" | "messageId" | "scope">,
): ScopedTold[] {
  let [mainLine, previous] = [push.before, push.before];
  return push.commits.map((commit) => {
    const [subject = "", ...body] = commit.message.split("\n");
    const isMerge = MERGE_TITLE.test(subject);
    const isIntoMain = isMerge && (MERGED_INTO.exec(subject)?.[1] ?? push.branch) === push.branch;
    const parents = isIntoMain ? [mainLine, previous] : isMerge ? [previous, mainLine] : [previous];
    previous = commit.id;
    if (isIntoMain) mainLine = commit.id;
    return {
      ...{ kind: "commit" as const, subject: commit.id, ...of, atMs: commit.timestamp, environment: null },
      told: {
        isGuessed: true,
        parents: [...new Set(parents)].filter((parent) => !NO_COMMIT.test(parent)),
        authoredAtMs: commit.timestamp,
        committedAtMs: Math.max(commit.timestamp, push.pushedAtMs ?? commit.timestamp),
        ...{ author: commit.author, subject, body: body.join("\n").trim() },
      },
    };
  });
}

/** Of GitHub ("Merge pull request #7 from …"), GitLab ("Merge branch 'search' into 'main'") and git itself. */
const MERGE_TITLE = /^Merge (pull request #\d|(remote-tracking )?branch(es)? '|(tag|commit) ')/;
/** Where a title does not say into what, it is the main branch. */
const MERGED_INTO = / into '?([^' ]+)'?$/;

/** A tag that numbers a version: it names one deployment well enough. */
const VERSION = /^v?\d+(\.\d+)*([-+].*)?$/;
const SHORT_SHA_CHARACTERS = 7;

/** What people call a deployment: a version by its tag; that of a branch, which is deployed again and again, with its commit: `main · 1a2b3c4`. */
export function deploymentName(ref: string, sha: string): string {
  const name = ref.replace(/^refs\/(heads|tags)\//, "");
  const short = sha.slice(0, SHORT_SHA_CHARACTERS);
  if (name === "" || (short !== "" && name.startsWith(short))) return short;
  return short === "" || VERSION.test(name) ? name : `${name} · ${short}`;
}
