import type { Ancestry } from "./ancestry.ts";
import type { CommitGraph } from "./commit-graph.ts";
import type { ChangeFact } from "./facts.ts";
import { ANY_TITLE, bareTitle, type RequestTitle, requestTitleOf, titleKeyOf } from "./request-title.ts";
import type { Nesting, RevertMention } from "./revert-wording.ts";

/** A commit, and what it says that it takes back. */
export type Said = { readonly commit: number; readonly mention: RevertMention };

/** Commits that some revert quotes or names, the by level, then time, ascending. */
export type MessageIndex = {
  requestOf(commit: number): RequestTitle | undefined;
  titled(title: string): readonly number[];
  /** Reverts that say the same in other words. */
  worded(nesting: Nesting): readonly number[];
  readonly byNumber: ReadonlyMap<number, readonly number[]>;
  /** `owner/name` of those that pull requests are known of, lower case. */
  readonly repositories: ReadonlySet<string>;
};

/** Each is a pass over all commits, and made when the first revert needs it: one that names its commit needs no messages. */
export function messageIndexes(
  graph: CommitGraph,
  ancestry: Ancestry,
  changes: readonly ChangeFact[],
  said: readonly Said[],
): { readonly messages: () => MessageIndex; readonly findSha: (sha: string) => number | undefined } {
  const abbreviations = once(() => indexAbbreviations(graph));
  return {
    messages: once(() => indexMessages(graph, ancestry, changes, said)),
    findSha: (sha) => findSha(graph, sha, abbreviations),
  };
}

/** By commit time, then id: not by the order in which commits are told. */
export function isOlder(graph: CommitGraph, a: number, b: number): boolean {
  const firstMs = graph.committedAtMs[a] ?? 0;
  const secondMs = graph.committedAtMs[b] ?? 0;
  return firstMs === secondMs ? graph.texts.sha(a) < graph.texts.sha(b) : firstMs < secondMs;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function indexMessages(
  graph: CommitGraph,
  ancestry: Ancestry,
  changes: readonly ChangeFact[],
  said: readonly Said[],
): MessageIndex {
  const titles = new Set<string>();
  const numbers = new Set<number | undefined>();
  for (const { mention } of said) {
    if (mention.title !== null) {
      titles.add(bareTitle(mention.title.title)).add(mention.title.nesting.root);
      numbers.add(mention.title.number);
    }
    for (const { number } of mention.numbers) numbers.add(number);
  }
  const keys = new Set([...titles].map(titleKeyOf));
  const byTitle = new Map<string, number[]>();
  const byNumber = new Map<number, number[]>();
  const requests = new Map<number, RequestTitle>();
  const { texts } = graph;
  for (let commit = 0; commit < graph.size; commit += 1) {
    const key = texts.titleKey(commit);
    if (key !== ANY_TITLE && !keys.has(key) && !numbers.has(texts.requestNumber(commit))) continue;
    const request = requestTitleOf(texts.subject(commit), texts.body(commit), graph.isMerge[commit] === 1);
    const { title, number } = request;
    requests.set(commit, request);
    if (titles.has(title)) add(byTitle, title, commit);
    if (number !== undefined && numbers.has(number)) add(byNumber, number, commit);
  }
  const repositories = new Set<string>();
  // Requests of several repositories may share a number: the revert's own history tells which is meant.
  const merged = new Map<number, number[]>();
  for (const { number, mergeCommit, repository } of changes) {
    if (repository !== null) repositories.add(repository.toLowerCase());
    const commit = mergeCommit === null ? undefined : texts.indexOf(mergeCommit);
    if (number !== null && commit !== undefined) add(merged, number, commit);
  }
  for (const [number, commits] of merged) byNumber.set(number, commits);
  const byWording = new Map<string, number[]>();
  for (const { commit, mention } of said)
    if (mention.title !== null) add(byWording, wordingOf(mention.title.nesting, 1), commit);
  for (const list of [...byTitle.values(), ...byNumber.values(), ...byWording.values()])
    if (list.length > 1)
      list.sort((a, b) => ancestry.levelOf(a) - ancestry.levelOf(b) || (isOlder(graph, a, b) ? -1 : 1));
  return {
    requestOf: (commit) => requests.get(commit),
    titled: (title) => byTitle.get(bareTitle(title)) ?? [],
    worded: (nesting) => byWording.get(wordingOf(nesting, 0)) ?? [],
    byNumber,
    repositories,
  };
}

/** Whether a title is around its root an odd or an even number of times is all that its wording means. */
function wordingOf({ root, depth }: Nesting, around: 0 | 1): string {
  return `${(depth + around) % 2} ${root}`;
}

function add<Key>(lists: Map<Key, number[]>, key: Key, commit: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [commit]);
  else list.push(commit);
}

/** The least digits of an abbreviated id in a message, as it is read. */
const ABBREVIATION = 7;

/** An abbreviated id is looked up only if it means one commit. */
function findSha(
  { texts }: CommitGraph,
  sha: string,
  abbreviations: () => ReadonlyMap<string, readonly number[]>,
): number | undefined {
  const whole = texts.indexOf(sha);
  if (whole !== undefined || sha.length >= 40) return whole;
  const alike = abbreviations().get(sha.slice(0, ABBREVIATION)) ?? [];
  const found = alike.filter((commit) => texts.sha(commit).startsWith(sha));
  return found.length === 1 ? found[0] : undefined;
}

function indexAbbreviations({ size, texts }: CommitGraph): ReadonlyMap<string, readonly number[]> {
  const byAbbreviation = new Map<string, number[]>();
  for (let commit = 0; commit < size; commit += 1)
    add(byAbbreviation, texts.sha(commit).slice(0, ABBREVIATION), commit);
  return byAbbreviation;
}
