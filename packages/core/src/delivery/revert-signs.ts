import type { Ancestry } from "./ancestry.ts";
import type { DeliveryFacts } from "./facts.ts";
import { CERTAINTY_ORDER, type FailureSign } from "./failure-sign.ts";
import { UNOWNED } from "./ownership.ts";
import type { UnlinkedFailure } from "./report.ts";
import { isOlder } from "./revert-indexes.ts";
import { findReverts, type Revert } from "./reverts.ts";
import type { ShippingLedger } from "./shipments.ts";

/**
 * What reverts say of deployments. A revert of a revert brings the change back, a revert of that takes it away again, and so on: for each change it is followed
 * which deployment put it in effect, and which one ended that; within one deployment the last word counts. A deployment failed if a later one ended what it put in
 * effect. What was never shipped, or was taken back and brought back within one deployment, was never noticed by a user.
 */
export function revertSigns(
  ledger: ShippingLedger,
  { changes }: Pick<DeliveryFacts, "changes">,
  onlyCommits: ReadonlySet<string> | null,
  unlinked: UnlinkedFailure[],
): readonly FailureSign[] {
  const { graph, owners, shipments, isDuplicate } = ledger;
  const { reverts, ancestry } = findReverts(ledger, changes);
  const words = new Map<number, Word[]>();
  for (const [commit, effects] of effectsOf(ledger, ancestry, reverts)) {
    if (onlyCommits !== null && !onlyCommits.has(graph.texts.sha(commit))) continue;
    for (const { revert } of effects) {
      if (!revert.isUnlinked) continue;
      const atMs = shipments[owners[commit] ?? UNOWNED]?.atMs ?? graph.committedAtMs[commit] ?? 0;
      const why = "no commit that it could mean is in this history";
      unlinked.push({ kind: revert.kind, evidence: revert.evidence, atMs, why });
    }
    // A cherry-pick of a revert says again what was said.
    if (isDuplicate[commit] === 1) continue;
    for (const { change, isInEffect, revert } of effects) {
      const word = { commit, isInEffect, revert, shippedBy: placeOf(ledger, commit) };
      const said = words.get(change);
      if (said === undefined) words.set(change, [word]);
      else said.push(word);
    }
  }
  return [...words].flatMap(([change, said]) => signsOf(ledger, ancestry, change, said));
}

/** What a revert makes of a change. */
type Effect = {
  /** Its commit; of one that nobody finds, the number of commits + the revert that names it. */
  readonly change: number;
  readonly isInEffect: boolean;
  readonly revert: Revert;
};

/** Changes that one commit brings back or takes away through other reverts: more than a message of 20,000 characters means on purpose. */
const INHERITED_MAX = 256;

/** What each reverting commit comes down to, through reverts of reverts, however many. Iterative; a cycle of wordings is cut at the earliest of them. */
function effectsOf(
  { graph }: ShippingLedger,
  ancestry: Ancestry,
  reverts: readonly Revert[],
): ReadonlyMap<number, readonly Effect[]> {
  const byCommit = Map.groupBy(reverts, ({ commit }) => commit);
  const known = new Map<number, readonly Effect[]>();
  const begun = new Set<number>();
  const targetOf = ({ reverted }: Revert) =>
    reverted === null ? undefined : revertBehind(graph, ancestry, byCommit, reverted);
  for (const first of byCommit.keys()) {
    const stack = [first];
    for (let commit = stack.at(-1); commit !== undefined; commit = stack.at(-1)) {
      const own = byCommit.get(commit) ?? [];
      const next = begun.has(commit)
        ? []
        : own.flatMap((revert) => targetOf(revert) ?? []).filter((target) => !begun.has(target));
      begun.add(commit);
      if (next.length > 0) {
        stack.push(...next);
        continue;
      }
      stack.pop();
      if (!known.has(commit))
        known.set(
          commit,
          effectsOfOne(own, (revert) => known.get(targetOf(revert) ?? UNOWNED), graph.size + commit),
        );
    }
  }
  return known;
}

/** A message that names a revert and what that took back, as one that repeats the revert's message does, means the revert. */
function effectsOfOne(
  reverts: readonly Revert[],
  inheritedBy: (revert: Revert) => readonly Effect[] | undefined,
  unknownChange: number,
): readonly Effect[] {
  const effects = new Map<number, Effect>();
  const direct: Effect[] = [];
  for (const revert of reverts) {
    const { reverted, isReapply } = revert;
    const inherited = inheritedBy(revert);
    if (inherited === undefined) direct.push({ change: reverted ?? unknownChange, isInEffect: isReapply, revert });
    for (const { change, isInEffect } of inherited ?? [])
      if (effects.size < INHERITED_MAX && !effects.has(change))
        effects.set(change, { change, isInEffect: isInEffect === isReapply, revert });
  }
  for (const effect of direct) if (!effects.has(effect.change)) effects.set(effect.change, effect);
  return [...effects.values()];
}

/** The reverting commit that a target is, or the only one that it merged where the merge says nothing itself. */
function revertBehind(
  { isMerge, parentStart, parents }: ShippingLedger["graph"],
  ancestry: Ancestry,
  reverts: ReadonlyMap<number, unknown>,
  target: number,
): number | undefined {
  if (reverts.has(target)) return target;
  const start = parentStart[target] ?? 0;
  if (isMerge[target] !== 1 || parentStart[target + 1] !== start + 2) return undefined;
  const [main = UNOWNED, merged = UNOWNED] = parents.subarray(start, start + 2);
  if (!reverts.has(merged)) return undefined;
  const before = parents.subarray(parentStart[merged], parentStart[merged + 1]);
  return before.every((parent) => parent === main || ancestry.isAncestor(parent, main) === true) ? merged : undefined;
}

/** What was said of one change. */
type Word = {
  readonly commit: number;
  readonly isInEffect: boolean;
  /** `null`: the change itself. */
  readonly revert: Revert | null;
  readonly shippedBy: number;
};

/** Behind every shipment, for what has not shipped yet. */
function placeOf({ owners, shipments }: ShippingLedger, commit: number): number {
  const owner = owners[commit] ?? UNOWNED;
  return owner === UNOWNED ? shipments.length : owner;
}

function signsOf(
  ledger: ShippingLedger,
  ancestry: Ancestry,
  change: number,
  said: readonly Word[],
): readonly FailureSign[] {
  const { graph, shipments } = ledger;
  const isKnown = change < graph.size;
  const itself = { commit: change, isInEffect: true, revert: null, shippedBy: placeOf(ledger, change) };
  const words = (isKnown ? [itself, ...said] : [...said]).sort(
    (a, b) => a.shippedBy - b.shippedBy || compareWithin(graph, ancestry, a, b),
  );
  const signs: FailureSign[] = [];
  let inEffectSince = UNOWNED;
  let isInEffect = false;
  for (let from = 0, to = 0; from < words.length; from = to) {
    const shippedBy = words[from]?.shippedBy ?? UNOWNED;
    while (words[to]?.shippedBy === shippedBy) to += 1;
    const was: boolean = isInEffect;
    isInEffect = words[to - 1]?.isInEffect ?? was;
    if (!was && isInEffect) inEffectSince = shippedBy;
    if (!was || isInEffect || inEffectSince < 0) continue;
    const { revert } = surest(graph, words.slice(from, to));
    if (revert === null) continue;
    const { kind, certainty, evidence, commit } = revert;
    const sign = { shipment: inEffectSince, kind, certainty, evidence, givenAtMs: graph.committedAtMs[commit] ?? 0 };
    const remedy = shippedBy < shipments.length ? shippedBy : null;
    signs.push({ ...sign, group: null, remedy, endedAtMs: null });
  }
  return signs;
}

/** The change itself first; then as the history has it, an ancestor before what follows. */
function compareWithin(graph: ShippingLedger["graph"], ancestry: Ancestry, a: Word, b: Word): number {
  if (a.revert === null || b.revert === null) return a.revert === null ? -1 : 1;
  if (a.commit === b.commit) return 0;
  return ancestry.levelOf(a.commit) - ancestry.levelOf(b.commit) || (isOlder(graph, a.commit, b.commit) ? -1 : 1);
}

/** Of the words that end a change, the most certain, and of these the first. */
function surest(graph: ShippingLedger["graph"], words: readonly Word[]): { readonly revert: Revert | null } {
  let best: Revert | null = null;
  for (const { isInEffect, revert } of words) {
    if (isInEffect || revert === null) continue;
    const order =
      best === null ? -1 : CERTAINTY_ORDER.indexOf(revert.certainty) - CERTAINTY_ORDER.indexOf(best.certainty);
    if (best === null || order < 0 || (order === 0 && isOlder(graph, revert.commit, best.commit))) best = revert;
  }
  return { revert: best };
}
