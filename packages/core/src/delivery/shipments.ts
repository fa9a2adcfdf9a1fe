import { type CommitGraph, indexCommits, isMerge } from "./commit-graph.ts";
import type { DeliveryFacts, DeploymentFact } from "./facts.ts";
import { assignOwners, UNOWNED } from "./ownership.ts";
import type { MeasuredDeployment } from "./report.ts";

/** A deployment in its place, and what it brought. */
export type Shipment = {
  readonly index: number;
  readonly fact: DeploymentFact;
  readonly atMs: number;
  readonly role: MeasuredDeployment["role"];
  /** Index of the shipment that owns the revision's commit: an earlier one's index where the revision was shipped before. `UNOWNED`: unknown. */
  readonly revisionOwner: number;
  /** Indexes into the graph, merges and duplicates among them; empty for a rollback. A baseline has its whole history. */
  readonly commits: readonly number[];
  /** Commits it lists that no source has. */
  readonly unknownCommits: number;
  /** The shipment whose line this one continues; `UNOWNED`: none. */
  readonly previousOnLine: number;
};

/** Every deployment with the commits that it was the first to ship: all measures are read from this. Independent of any window. */
export type ShippingLedger = {
  readonly graph: CommitGraph;
  readonly shipments: readonly Shipment[];
  /** Shipment of each commit, or `UNOWNED`; `BEFORE` for what ran before the first deployment. */
  readonly owners: Int32Array;
  /** 1 for a cherry-pick of a commit that was shipped already. */
  readonly isDuplicate: Uint8Array;
  readonly failedAttempts: readonly DeploymentFact[];
};

/** Owner of a commit that ran before the first known deployment. */
export const BEFORE = -2;

/** O(commits + edges + deployments · log deployments). */
export function buildShippingLedger(facts: Pick<DeliveryFacts, "commits" | "deployments">): ShippingLedger {
  const graph = indexCommits(facts.commits);
  const told = [...new Map(facts.deployments.map((fact) => [fact.id, fact])).values()];
  const finished = orderDeployments(told.filter(({ outcome }) => outcome === "succeeded"));
  const points = mergeTags(finished);
  const roots = points.map(({ revision }) => indexOf(graph, revision));
  const before = beforeRoot(graph, points, roots);
  const owners = ownersOf(graph, points, roots, before);
  const isDuplicate = findDuplicates(graph, owners);
  const commitsOf = commitsByOwner(owners, points.length);
  const revisionOwners = roots.map((root) => ownerAt(owners, root));
  const lines = previousOnLine(graph, owners, revisionOwners);
  const roles = rolesOf(points, roots, owners, before === UNOWNED);
  const shipments = points.map((fact, index) => ({
    index,
    fact,
    atMs: fact.finishedAtMs ?? 0,
    role: roles[index] ?? "unknown",
    revisionOwner: revisionOwners[index] ?? UNOWNED,
    commits: commitsOf[index] ?? [],
    unknownCommits: (fact.commits ?? []).filter((sha) => !graph.indexBySha.has(sha)).length,
    previousOnLine: (graph.commits.length === 0 ? index - 1 : lines[index]) ?? UNOWNED,
  }));
  return {
    graph,
    shipments,
    owners,
    isDuplicate,
    failedAttempts: told.filter(({ outcome }) => outcome !== "succeeded"),
  };
}

function commitsByOwner(owners: Int32Array, count: number): readonly (readonly number[])[] {
  const lists = Array.from({ length: count }, (): number[] => []);
  for (let commit = 0; commit < owners.length; commit += 1) lists[owners[commit] ?? UNOWNED]?.push(commit);
  return lists;
}

/** By finish, then name, then id: whoever tells the facts, and in whatever order, the order is one. Unfinished ones are left out. */
function orderDeployments(facts: readonly DeploymentFact[]): readonly DeploymentFact[] {
  const finished = facts.filter(({ finishedAtMs }) => finishedAtMs !== null);
  return finished.sort(
    (a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0) || compareText(a.name, b.name) || compareText(a.id, b.id),
  );
}

/** By code unit, not by locale: the order must not depend on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Several tags on one commit are one release point, the first of them. */
function mergeTags(facts: readonly DeploymentFact[]): readonly DeploymentFact[] {
  const tagged = new Set<string>();
  return facts.filter(({ kind, revision }) => {
    if (kind !== "release" || revision === null) return true;
    if (tagged.has(revision)) return false;
    tagged.add(revision);
    return true;
  });
}

function indexOf(graph: CommitGraph, sha: string | null): number {
  return sha === null ? UNOWNED : (graph.indexBySha.get(sha) ?? UNOWNED);
}

function ownerAt(owners: Int32Array, commit: number | undefined): number {
  return commit === undefined || commit < 0 ? UNOWNED : (owners[commit] ?? UNOWNED);
}

/** Commit that ran before the first deployment that has a place in the graph; `UNOWNED`: not told. */
function beforeRoot(graph: CommitGraph, points: readonly DeploymentFact[], roots: readonly number[]): number {
  const first = roots.findIndex((root) => root >= 0);
  return indexOf(graph, points[first]?.previousRevision ?? null);
}

function ownersOf(
  graph: CommitGraph,
  points: readonly DeploymentFact[],
  roots: readonly number[],
  before: number,
): Int32Array {
  // What ran before comes first in the pass, so that its history belongs to no deployment.
  const owners = assignOwners(graph, [before, ...roots]).map((owner) =>
    owner === UNOWNED ? UNOWNED : owner === 0 ? BEFORE : owner - 1,
  );
  for (const [shipment, { commits, kind }] of points.entries()) {
    if (commits === null || kind === "flag" || (roots[shipment] ?? UNOWNED) >= 0) continue;
    for (const sha of commits) {
      const commit = graph.indexBySha.get(sha);
      if (commit === undefined) continue;
      const owner = owners[commit] ?? UNOWNED;
      if (owner === UNOWNED || owner > shipment) owners[commit] = shipment;
    }
  }
  return owners;
}

/**
 * Cherry-picks: the same author, author time and subject was shipped before. The first one shipped counts; within one shipment, the one with the least id.
 */
function findDuplicates(graph: CommitGraph, owners: Int32Array): Uint8Array {
  const isDuplicate = new Uint8Array(graph.commits.length);
  const firstByTime = new Map<number, number>();
  // Lists only for the few moments that more than one commit has.
  const listByTime = new Map<number, number[]>();
  for (let index = 0; index < graph.commits.length; index += 1) {
    const commit = graph.commits[index];
    if (commit === undefined || owners[index] === UNOWNED || isMerge(commit)) continue;
    const first = firstByTime.get(commit.authoredAtMs);
    if (first === undefined) {
      firstByTime.set(commit.authoredAtMs, index);
      continue;
    }
    const sameTime = listByTime.get(commit.authoredAtMs) ?? [first];
    listByTime.set(commit.authoredAtMs, sameTime);
    const twinAt = sameTime.findIndex((other) => isTwin(commit, graph.commits[other]));
    if (twinAt < 0) {
      sameTime.push(index);
      continue;
    }
    const twin = sameTime[twinAt] ?? index;
    const later = (owners[index] ?? UNOWNED) - (owners[twin] ?? UNOWNED);
    const isEarlier = later < 0 || (later === 0 && commit.sha < (graph.commits[twin]?.sha ?? ""));
    isDuplicate[isEarlier ? twin : index] = 1;
    if (isEarlier) sameTime[twinAt] = index;
  }
  return isDuplicate;
}

type Twin = { readonly author: string; readonly subject: string };

function isTwin(commit: Twin, other: Twin | undefined): boolean {
  return other !== undefined && other.subject === commit.subject && other.author === commit.author;
}

/**
 * The shipment each one builds upon: of the owners of its commits' parents, the latest; and of what deployed that revision, the last before this one. A patch release from
 * a side branch has none of the main line's commits behind it, and so does not stand between two releases of the main line.
 */
function previousOnLine(graph: CommitGraph, owners: Int32Array, revisionOwners: readonly number[]): Int32Array {
  const builtOn = new Int32Array(revisionOwners.length).fill(UNOWNED);
  for (let commit = 0; commit < owners.length; commit += 1) {
    const owner = owners[commit] ?? UNOWNED;
    if (owner < 0) continue;
    const end = graph.parentStart[commit + 1] ?? 0;
    for (let edge = graph.parentStart[commit] ?? 0; edge < end; edge += 1) {
      const parentOwner = owners[graph.parents[edge] ?? 0] ?? UNOWNED;
      if (parentOwner < owner && parentOwner > (builtOn[owner] ?? UNOWNED)) builtOn[owner] = parentOwner;
    }
  }
  const latest = new Map<number, number>();
  return Int32Array.from(revisionOwners, (owner, index) => {
    const before = latest.get(owner === index ? (builtOn[index] ?? UNOWNED) : owner) ?? UNOWNED;
    if (owner >= 0) latest.set(owner, index);
    return before;
  });
}

function rolesOf(
  points: readonly DeploymentFact[],
  roots: readonly number[],
  owners: Int32Array,
  hasBaseline: boolean,
): readonly MeasuredDeployment["role"][] {
  let baseline = hasBaseline ? roots.findIndex((root) => root >= 0) : UNOWNED;
  let current = UNOWNED;
  return points.map((fact, index) => {
    const root = roots[index] ?? UNOWNED;
    const owner = ownerAt(owners, root);
    const isFirst = index === baseline;
    if (isFirst) baseline = UNOWNED;
    const before = current;
    if (fact.kind === "deployment" && root >= 0) current = owner;
    if (fact.isRollback) return "rollback";
    if (isFirst) return "baseline";
    if (fact.kind === "flag") return "shipped";
    if (root < 0) return fact.commits === null ? "unknown" : "shipped";
    if (fact.kind === "release" || owner === index) return "shipped";
    return before !== UNOWNED && owner < before ? "rollback" : "redeployment";
  });
}
