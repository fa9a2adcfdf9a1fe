import type { CommitFact } from "./facts.ts";

/** Commits by index, with their parents in one flat list: what a pass over a long history needs to stay quick. */
export type CommitGraph = {
  readonly commits: readonly CommitFact[];
  readonly indexBySha: ReadonlyMap<string, number>;
  /** Parents of commit i: `parents[parentStart[i]] … parents[parentStart[i + 1] - 1]`. */
  readonly parentStart: Int32Array;
  readonly parents: Int32Array;
};

/** Indexes commits; one told twice stands once. Parents that nobody knows (a shallow clone's boundary) are left out. */
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
  for (let index = 0; index < commits.length; index += 1) {
    for (const sha of commits[index]?.parents ?? []) {
      const parent = indexBySha.get(sha);
      if (parent !== undefined && parent !== index) parents.push(parent);
    }
    parentStart[index + 1] = parents.length;
  }
  return { commits, indexBySha, parentStart, parents: Int32Array.from(parents) };
}

export function isMerge(commit: CommitFact): boolean {
  return commit.parents.length > 1;
}
