import type { CommitFact } from "./facts.ts";
import { ANY_TITLE } from "./request-title.ts";

/**
 * Commits by index, in columns: what a pass over a long history needs to stay quick, and small. Texts are asked for one by one, because hardly any is ever read.
 */
export type CommitGraph = {
  readonly size: number;
  /** Parents of commit i: `parents[parentStart[i]] … parents[parentStart[i + 1] - 1]`; those that nobody knows (a shallow clone's boundary) are left out. */
  readonly parentStart: Int32Array;
  readonly parents: Int32Array;
  /** 1 for a commit of more than one parent, known or not. */
  readonly isMerge: Uint8Array;
  readonly authoredAtMs: Float64Array;
  readonly committedAtMs: Float64Array;
  /** Lines added + removed; `UNMEASURED`. */
  readonly lines: Float64Array;
  readonly texts: CommitTexts;
};

/** What is known of commits in words. Indexes are those of the graph. */
export type CommitTexts = {
  indexOf(sha: string): number | undefined;
  sha(commit: number): string;
  author(commit: number): string;
  subject(commit: number): string;
  /** @see CommitFact.body */
  body(commit: number): string;
  /** `false`: the word "revert" stands neither in subject nor body, and "reapply" not in the subject. */
  mayRevert(commit: number): boolean;
  /** Of the request that it brought: `titleKey`; `ANY_TITLE` also where nobody computed it. */
  titleKey(commit: number): number;
  /** Of the same, where a key is known; 0: none. */
  requestNumber(commit: number): number;
};

/** Lines of a commit that nobody measured. */
export const UNMEASURED = -1;

/** Indexes commits; one told twice stands once. */
export function indexCommits(facts: readonly CommitFact[]): CommitGraph {
  const indexBySha = new Map<string, number>();
  for (const { sha } of facts) if (!indexBySha.has(sha)) indexBySha.set(sha, indexBySha.size);
  let commits = facts;
  if (indexBySha.size !== facts.length) {
    const last = new Map(facts.map((commit) => [commit.sha, commit]));
    commits = [...indexBySha.keys()].flatMap((sha) => last.get(sha) ?? []);
  }
  const parentStart = new Int32Array(commits.length + 1);
  const parents: number[] = [];
  for (const [index, commit] of commits.entries()) {
    for (const sha of commit.parents) {
      const parent = indexBySha.get(sha);
      if (parent !== undefined && parent !== index) parents.push(parent);
    }
    parentStart[index + 1] = parents.length;
  }
  return {
    size: commits.length,
    parentStart,
    parents: Int32Array.from(parents),
    isMerge: Uint8Array.from(commits, (commit) => (commit.parents.length > 1 ? 1 : 0)),
    authoredAtMs: Float64Array.from(commits, ({ authoredAtMs }) => authoredAtMs),
    committedAtMs: Float64Array.from(commits, ({ committedAtMs }) => committedAtMs),
    lines: Float64Array.from(commits, ({ lines }) => lines ?? UNMEASURED),
    texts: {
      indexOf: (sha) => indexBySha.get(sha),
      sha: (commit) => commits[commit]?.sha ?? "",
      author: (commit) => commits[commit]?.author ?? "",
      subject: (commit) => commits[commit]?.subject ?? "",
      body: (commit) => commits[commit]?.body ?? "",
      mayRevert: () => true,
      titleKey: () => ANY_TITLE,
      requestNumber: () => 0,
    },
  };
}
