import type { CommitGraph } from "./commit-graph.ts";
import type { ChangeFact } from "./facts.ts";
import type { Certainty, FailureKind } from "./report.ts";
import {
  ANY_TITLE,
  BODY_CHARACTERS_MAX,
  bareTitle,
  numberIn,
  requestTitleOf,
  SUBJECT_CHARACTERS_MAX,
  titleKeyOf,
} from "./request-title.ts";

/** What a message says that it takes back. */
export type RevertMention = {
  /** Lower-case hexadecimal, 7 to 64 digits. */
  readonly shas: readonly string[];
  readonly numbers: readonly number[];
  /** As quoted, or what follows a conventional `revert:`. */
  readonly title: string | null;
};

/** A commit that takes another one back. */
export type Revert = {
  readonly commit: number;
  /** What was taken back; `null`: not found. */
  readonly reverted: number | null;
  readonly kind: FailureKind;
  readonly certainty: Certainty;
  readonly evidence: string;
};

const REVERT_SUBJECT = /^(?:[\w-]+(?:\([^)]*\))?!?:\s*)?revert(?:s|ed|ing)?\b(?:\([^)]*\))?!?\s*:?\s*/i;
const SHA_MENTION =
  /\brevert(?:s|ed|ing)?\s+(?:the\s+)?(?:commits?|changes?|revision)?\s*:?\s*((?:[0-9a-f]{7,64}(?:\s*(?:,|and|&)\s*)?)+)/gi;
const NUMBER_MENTION =
  /\brevert(?:s|ed|ing)?\s+(?:the\s+)?(?:pull request|merge request|pr|mr)?\s*(?:[\w.-]{1,100}\/[\w./-]{1,200})?[#!](\d{1,9})\b/gi;
/** @returns `null` for a message that takes nothing back, and for one that takes a revert back: that ships the change again. */
export function readRevert(subject: string, body: string): RevertMention | null {
  if (!/revert/i.test(subject) && !/revert/i.test(body)) return null;
  const line = subject.slice(0, SUBJECT_CHARACTERS_MAX);
  const head = REVERT_SUBJECT.exec(line);
  const rest = head === null ? null : line.slice(head[0].length);
  const title = rest === null ? null : quotedTitle(rest, head?.[0] ?? "");
  if (title !== null && REVERT_SUBJECT.test(title)) return null;
  const text = `${title === null ? line : ""}\n${body.slice(0, BODY_CHARACTERS_MAX)}`;
  const shas = [...text.matchAll(SHA_MENTION)].flatMap(
    ([, list]) => list?.toLowerCase().match(/[0-9a-f]{7,64}/g) ?? [],
  );
  const numbers = [...text.matchAll(NUMBER_MENTION)].map(([, digits]) => Number(digits));
  if (shas.length === 0 && numbers.length === 0 && title === null) return null;
  return { shas: [...new Set(shas)], numbers: [...new Set(numbers)], title };
}

/** The words between the outermost quotes; without quotes what follows a conventional `revert:`. */
function quotedTitle(rest: string, head: string): string | null {
  const quoted = /^["“'‘`](.*)["”'’`]/.exec(rest)?.[1];
  if (quoted !== undefined && quoted.trim() !== "") return quoted.trim();
  return head.trimEnd().endsWith(":") && /^revert/i.test(head) && rest.trim() !== "" ? rest.trim() : null;
}

/** Every revert among the commits, with the commit it takes back. O(commits), a few times at most. */
export function findReverts(graph: CommitGraph, changes: readonly ChangeFact[]): readonly Revert[] {
  const mentions: { readonly index: number; readonly mention: RevertMention }[] = [];
  const { texts } = graph;
  for (let index = 0; index < graph.size; index += 1) {
    if (graph.isMerge[index] === 1 || !texts.mayRevert(index)) continue;
    const mention = readRevert(texts.subject(index), texts.body(index));
    if (mention !== null) mentions.push({ index, mention });
  }
  if (mentions.length === 0) return [];
  const titles = new Set(mentions.flatMap(({ mention: { title } }) => (title === null ? [] : [bareTitle(title)])));
  const wanted: Wanted = {
    titles,
    keys: new Set([...titles].map(titleKeyOf)),
    numbers: new Set(mentions.flatMap(({ mention }) => [...mention.numbers, numberIn(mention.title)])),
  };
  const indexes: Indexes = {
    messages: once(() => indexMessages(graph, changes, wanted)),
    bySha: once(() => indexAbbreviations(graph)),
  };
  return mentions.flatMap(({ index, mention }) => resolve(graph, index, mention, indexes));
}

/** What the reverts quote and name. */
type Wanted = {
  readonly titles: ReadonlySet<string>;
  /** Of the titles. */
  readonly keys: ReadonlySet<number>;
  readonly numbers: ReadonlySet<number | undefined>;
};

type MessageIndex = {
  readonly byTitle: ReadonlyMap<string, readonly number[]>;
  readonly byNumber: ReadonlyMap<number, number>;
};

/** Each is a pass over all commits, and made when the first revert needs it: one that names its commit needs none. */
type Indexes = {
  readonly messages: () => MessageIndex;
  /** By the first seven digits. */
  readonly bySha: () => ReadonlyMap<string, readonly number[]>;
};

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The surest way first: by id, by number, by title. */
function resolve(graph: CommitGraph, commit: number, mention: RevertMention, indexes: Indexes): readonly Revert[] {
  const evidence = `${graph.texts.sha(commit).slice(0, 12)} ${graph.texts.subject(commit)}`;
  const others = (found: readonly (number | undefined)[]) =>
    found.filter((index): index is number => index !== undefined && index !== commit);
  const bySha = others(mention.shas.map((sha) => findSha(graph, sha, indexes)));
  if (bySha.length > 0)
    return bySha.map((reverted) => ({ commit, reverted, kind: "revert-sha", certainty: "strong", evidence }));
  const byNumber = others(mention.numbers.map((number) => indexes.messages().byNumber.get(number)));
  if (byNumber.length > 0)
    return byNumber.map((reverted) => ({
      commit,
      reverted,
      kind: "revert-pull-request",
      certainty: "strong",
      evidence,
    }));
  const reverted = mention.title === null ? undefined : findTitle(graph, commit, mention.title, indexes);
  const kind = mention.title !== null ? "revert-title" : mention.shas.length > 0 ? "revert-sha" : "revert-pull-request";
  return [{ commit, reverted: reverted ?? null, kind, certainty: "likely", evidence }];
}

/** The number that a quoted title ends with decides between equal titles; else the last one committed before the revert. */
function findTitle(graph: CommitGraph, revert: number, title: string, indexes: Indexes): number | undefined {
  const number = numberIn(title);
  const numbered = number === undefined ? undefined : indexes.messages().byNumber.get(number);
  if (numbered !== undefined && numbered !== revert) return numbered;
  const latestMs = graph.committedAtMs[revert] ?? 0;
  let best: number | undefined;
  for (const index of indexes.messages().byTitle.get(bareTitle(title)) ?? []) {
    const atMs = graph.committedAtMs[index] ?? 0;
    if (index === revert || atMs > latestMs) continue;
    if (best === undefined || isOlder(graph, best, index)) best = index;
  }
  return best;
}

/** By commit time, then id: not by the order in which commits are told. */
function isOlder(graph: CommitGraph, a: number, b: number): boolean {
  const firstMs = graph.committedAtMs[a] ?? 0;
  const secondMs = graph.committedAtMs[b] ?? 0;
  return firstMs === secondMs ? graph.texts.sha(a) < graph.texts.sha(b) : firstMs < secondMs;
}

/** Commits by the title and by the number of the request that they brought, of those that some revert quotes or names. */
function indexMessages(graph: CommitGraph, changes: readonly ChangeFact[], wanted: Wanted): MessageIndex {
  const byTitle = new Map<string, number[]>();
  const byNumber = new Map<number, number>();
  const { texts } = graph;
  for (let index = 0; index < graph.size; index += 1) {
    const key = texts.titleKey(index);
    if (key !== ANY_TITLE && !wanted.keys.has(key) && !wanted.numbers.has(texts.requestNumber(index))) continue;
    const { title, number } = requestTitleOf(texts.subject(index), texts.body(index), graph.isMerge[index] === 1);
    if (wanted.titles.has(title)) {
      const known = byTitle.get(title);
      if (known === undefined) byTitle.set(title, [index]);
      else known.push(index);
    }
    if (number === undefined || !wanted.numbers.has(number)) continue;
    // A cherry-pick keeps the number: the first commit that had it brought the request.
    const known = byNumber.get(number);
    if (known === undefined || isOlder(graph, index, known)) byNumber.set(number, index);
  }
  for (const { number, mergeCommit } of changes) {
    const index = mergeCommit === null ? undefined : texts.indexOf(mergeCommit);
    if (number !== null && index !== undefined) byNumber.set(number, index);
  }
  return { byTitle, byNumber };
}

/** The least digits of an abbreviated id in a message, as `SHA_MENTION` has it. */
const ABBREVIATION = 7;

/** An abbreviated id is looked up only if it means one commit. */
function findSha(graph: CommitGraph, sha: string, indexes: Indexes): number | undefined {
  const whole = graph.texts.indexOf(sha);
  if (whole !== undefined || sha.length >= 40) return whole;
  const alike = indexes.bySha().get(sha.slice(0, ABBREVIATION)) ?? [];
  const found = alike.filter((commit) => graph.texts.sha(commit).startsWith(sha));
  return found.length === 1 ? found[0] : undefined;
}

function indexAbbreviations({ size, texts }: CommitGraph): ReadonlyMap<string, readonly number[]> {
  const byAbbreviation = new Map<string, number[]>();
  for (let commit = 0; commit < size; commit += 1) {
    const abbreviation = texts.sha(commit).slice(0, ABBREVIATION);
    const alike = byAbbreviation.get(abbreviation);
    if (alike === undefined) byAbbreviation.set(abbreviation, [commit]);
    else alike.push(commit);
  }
  return byAbbreviation;
}
