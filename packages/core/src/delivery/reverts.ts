import { type Ancestry, ancestryOf } from "./ancestry.ts";
import type { CommitGraph } from "./commit-graph.ts";
import type { ChangeFact } from "./facts.ts";
import { UNOWNED } from "./ownership.ts";
import type { Certainty, FailureKind } from "./report.ts";
import { bareTitle } from "./request-title.ts";
import { isOlder, type MessageIndex, messageIndexes, type Said } from "./revert-indexes.ts";
import { type NumberMention, readRevert, type TitleMention } from "./revert-wording.ts";
import type { ShippingLedger } from "./shipments.ts";

/** A commit that takes another one back, or brings one back. */
export type Revert = {
  readonly commit: number;
  /** What was taken back, itself a revert maybe; `null`: not found. */
  readonly reverted: number | null;
  /** `true`: it brings back what it names, because it takes back a revert of it that nobody finds. */
  readonly isReapply: boolean;
  readonly kind: FailureKind;
  readonly certainty: Certainty;
  readonly evidence: string;
  /** What it names is not in its history, and might have been a change: somebody should look. */
  readonly isUnlinked: boolean;
};

/** Every revert among the commits with what it takes back, the earliest first. O(commits), a few times at most. */
export function findReverts(
  { graph, owners, order }: Pick<ShippingLedger, "graph" | "owners" | "order">,
  changes: readonly ChangeFact[],
): { readonly reverts: readonly Revert[]; readonly ancestry: Ancestry } {
  const said: Said[] = [];
  const { texts } = graph;
  for (let commit = 0; commit < graph.size; commit += 1) {
    if (!texts.mayRevert(commit)) continue;
    const mention = readRevert(texts.subject(commit), texts.body(commit), graph.isMerge[commit] === 1);
    if (mention !== null) said.push({ commit, mention });
  }
  // Not in the order in which commits are told: it decides where a cycle of wordings is cut.
  said.sort((a, b) => (isOlder(graph, a.commit, b.commit) ? -1 : 1));
  const ancestry = ancestryOf(graph, order);
  const saying = new Set(said.map(({ commit }) => commit));
  const search: Search = { graph, owners, ancestry, saying, ...messageIndexes(graph, ancestry, changes, said) };
  return { reverts: said.flatMap((one) => resolve(search, one)), ancestry };
}

type Search = {
  readonly graph: CommitGraph;
  readonly owners: Int32Array;
  readonly ancestry: Ancestry;
  readonly saying: ReadonlySet<number>;
  readonly messages: () => MessageIndex;
  readonly findSha: (sha: string) => number | undefined;
};

/** The surest way first: by id, by number, by title; and in the revert's own history before elsewhere. */
function resolve(search: Search, { commit, mention }: Said): readonly Revert[] {
  const { texts } = search.graph;
  const evidence = `${texts.sha(commit).slice(0, 12)} ${texts.subject(commit)}`;
  const found = { commit, isReapply: false, evidence, isUnlinked: false };
  const bySha = mention.shas.map(search.findSha).filter((index) => index !== undefined && index !== commit);
  if (bySha.length > 0)
    return bySha.map((reverted) => ({
      ...found,
      reverted: reverted ?? null,
      kind: "revert-sha",
      certainty: "strong",
    }));
  const { title } = mention;
  const numbers = mention.numbers.filter(({ repository }) => isOwnRepository(search, repository));
  const byNumber = numbers.flatMap((named) => findNumber(search, commit, named, title));
  const inHistory = byNumber.filter(({ isInHistory }) => isInHistory);
  const likely = { kind: "revert-title", certainty: "likely" } as const;
  const byTitle = title === null || inHistory.length > 0 ? null : findTitle(search, commit, title);
  if (byTitle !== null) return [{ ...found, ...likely, ...byTitle }];
  if (byNumber.length > 0)
    return (inHistory.length > 0 ? inHistory : byNumber).map(({ reverted, isSure, isInHistory }) => ({
      ...found,
      reverted,
      kind: "revert-pull-request",
      certainty: isSure && isInHistory ? "strong" : "likely",
    }));
  const namesNothing = mention.shas.length === 0 && numbers.length === 0;
  if (namesNothing && title === null) return [];
  const isTitle = title !== null && (title.style !== "bare" || namesNothing);
  const kind = isTitle ? "revert-title" : mention.shas.length > 0 ? "revert-sha" : "revert-pull-request";
  const isReapply = title !== null && title.nesting.depth % 2 === 1 && title.style === "quoted";
  const isUnlinked = !isReapply && !(namesNothing && title?.style === "bare") && !repeatsParent(search, commit);
  return [{ ...found, reverted: null, isReapply, kind, certainty: "likely", isUnlinked }];
}

/** A clone does not know its own name: then a name says nothing. Where pull requests are known, they say it. */
function isOwnRepository({ messages }: Search, repository: string | null): boolean {
  if (repository === null) return true;
  const { repositories } = messages();
  return repositories.size === 0 || repositories.has(repository);
}

/** A merge of a revert says what the revert said. */
function repeatsParent({ graph, saying }: Search, commit: number): boolean {
  if (graph.isMerge[commit] !== 1) return false;
  const parents = graph.parents.subarray(graph.parentStart[commit], graph.parentStart[commit + 1]);
  return parents.some((parent) => saying.has(parent));
}

type ByNumber = { readonly reverted: number; readonly isSure: boolean; readonly isInHistory: boolean };

/** Several commits may end with one number, an issue's or that of cherry-picks: one of the quoted title, else the oldest, which brought the request. */
function findNumber(
  search: Search,
  commit: number,
  { number, isSure }: NumberMention,
  title: TitleMention | null,
): readonly ByNumber[] {
  const { byNumber, requestOf } = search.messages();
  const candidates = byNumber.get(number) ?? [];
  const quoted = title === null ? undefined : bareTitle(title.title);
  const own =
    pick(search, commit, candidates, "oldest", (candidate) => requestOf(candidate)?.title === quoted) ??
    pick(search, commit, candidates, "oldest");
  const reverted = own ?? candidates.find((candidate) => candidate !== commit);
  return reverted === undefined ? [] : [{ reverted, isSure, isInHistory: own !== undefined }];
}

/**
 * A title names the nearest commit of that title in the revert's own history; the number that it ends with decides between several. Where there is none, it may be a
 * revert in other words (`Revert "x"` for `revert: x`), or a title that was changed when its request was merged, and then the number finds it. A revert that is
 * found nowhere is looked through: what it took back comes back.
 */
function findTitle(
  search: Search,
  commit: number,
  { title, number, nesting, style }: TitleMention,
): Pick<Revert, "reverted" | "isReapply"> | null {
  const { byNumber, requestOf, titled, worded } = search.messages();
  const numbered = number === undefined ? [] : (byNumber.get(number) ?? []);
  const quoted = bareTitle(title);
  const reverted =
    pick(search, commit, numbered, "nearest", (candidate) => requestOf(candidate)?.title === quoted) ??
    pick(search, commit, titled(title), "nearest") ??
    (nesting.depth === 0 ? undefined : pick(search, commit, worded(nesting), "nearest")) ??
    pick(search, commit, numbered, "oldest");
  if (reverted !== undefined) return { reverted, isReapply: false };
  const root = nesting.depth === 0 ? undefined : pick(search, commit, titled(nesting.root), "nearest");
  // `revert: Revert "x"` where nothing took x back is said twice.
  return root === undefined ? null : { reverted: root, isReapply: nesting.depth % 2 === 1 && style !== "conventional" };
}

/** Namesakes that are looked at for one revert, nearest (or oldest) first; and those of them whose ancestry is asked for: hardly any title has more than two. */
const LOOKED_AT_MAX = 1_000;
const ASKED_MAX = 32;

/**
 * The candidate in the commit's own history. Where that cannot be told, or was asked too often, the nearest (or oldest) one that was committed no later than the
 * commit, and did not ship after it.
 *
 * @param candidates by level, ascending
 */
function pick(
  { graph, owners, ancestry }: Search,
  commit: number,
  candidates: readonly number[],
  which: "nearest" | "oldest",
  isWanted: (candidate: number) => boolean = () => true,
): number | undefined {
  const end = countBelow(ancestry, candidates, ancestry.levelOf(commit));
  let asked = 0;
  for (let looked = 0; looked < Math.min(end, LOOKED_AT_MAX); looked += 1) {
    const candidate = candidates[which === "oldest" ? looked : end - 1 - looked] ?? commit;
    // What is in a commit's history ships with it at the latest: the cheapest test.
    if (candidate === commit || !isShippedBy(owners, candidate, commit) || !isWanted(candidate)) continue;
    const isIn = asked < ASKED_MAX ? ancestry.isAncestor(candidate, commit) : null;
    asked += 1;
    if (isIn === true) return candidate;
    if (isIn === null && (graph.committedAtMs[candidate] ?? 0) <= (graph.committedAtMs[commit] ?? 0)) return candidate;
  }
  return undefined;
}

/** Those that may be ancestors of a commit of this level: all, where it is not known. Binary search. */
function countBelow(ancestry: Ancestry, candidates: readonly number[], level: number): number {
  if (level <= 0) return candidates.length;
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ancestry.levelOf(candidates[middle] ?? 0) < level) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isShippedBy(owners: Int32Array, first: number, second: number): boolean {
  const owner = owners[second] ?? UNOWNED;
  const earlier = owners[first] ?? UNOWNED;
  return owner === UNOWNED || (earlier !== UNOWNED && earlier <= owner);
}
