import { arrivedAtMs } from "./arrivals.ts";
import { type CommitGraph, type CommitTexts, indexCommits } from "./commit-graph.ts";
import { compareText } from "./compare-text.ts";
import { deployedRepository } from "./deployed-repository.ts";
import type { DeliveryFacts, DeploymentFact } from "./facts.ts";
import { assignOwners, UNOWNED } from "./ownership.ts";
import type { MeasuredDeployment } from "./report.ts";
import { childrenFirst } from "./topological-order.ts";

/** A deployment in its place, and what it brought. */
export type Shipment = {
  readonly index: number;
  readonly fact: DeploymentFact;
  readonly atMs: number;
  readonly role: MeasuredDeployment["role"];
  /**
   * Index of the shipment that owns the revision's commit: an earlier one's index where the revision was shipped before. Of a revision that is not in the graph, the first one that
   * deployed it. `UNOWNED`: not told.
   */
  readonly revisionOwner: number;
  /** Commits it lists that no source has. */
  readonly unknownCommits: number;
  /** The shipment whose line this one continues; `UNOWNED`: none. */
  readonly previousOnLine: number;
};

/** Every deployment with the commits that it was the first to ship: all measures are read from this. Independent of any window. */
export type ShippingLedger = {
  readonly graph: CommitGraph;
  /** Of commits, as `childrenFirst` has it. */
  readonly order: Int32Array;
  readonly shipments: readonly Shipment[];
  readonly shipped: ShippedCommits;
  /** Shipment of each commit, or `UNOWNED`; `BEFORE` for what ran before the first deployment. */
  readonly owners: Int32Array;
  /** When each commit came onto a line that is released. */
  readonly arrivedAtMs: Float64Array;
  /** 1 for a cherry-pick of a commit that was shipped already. */
  readonly isDuplicate: Uint8Array;
  readonly failedAttempts: readonly DeploymentFact[];
};

/**
 * Commits by the shipment that brought them: of shipment i `commits[start[i]] … commits[start[i + 1] - 1]`, ascending, merges and duplicates among them; none of a
 * rollback. A baseline has its whole history.
 */
export type ShippedCommits = { readonly start: Int32Array; readonly commits: Int32Array };

/** Owner of a commit that ran before the first known deployment. */
export const BEFORE = -2;

/** O(commits + edges + deployments · log deployments). */
export function buildShippingLedger({
  commits,
  deployments,
}: Pick<DeliveryFacts, "commits" | "deployments">): ShippingLedger {
  const told = new Map(deployments.map((fact) => [fact.id, fact]));
  return shippingLedgerOf(indexCommits(commits), [...told.values()]);
}

/** The same over commits that are indexed already, and deployments of which each is told once. */
export function shippingLedgerOf(graph: CommitGraph, deployments: readonly DeploymentFact[]): ShippingLedger {
  const finished = orderDeployments(deployments.filter(({ outcome }) => outcome === "succeeded"));
  const { points, roots } = mergeTags(graph, finished);
  const before = beforeRoot(graph, points, roots);
  const order = childrenFirst(graph);
  const owners = ownersOf(graph, points, roots, before, order);
  const isDuplicate = findDuplicates(graph, owners);
  const revisionOwners = ownersOfRevisions(points, roots, owners);
  const lines = previousOnLine(graph, owners, revisionOwners);
  const roles = rolesOf(points, roots, revisionOwners, before === UNOWNED);
  const shipments = points.map((fact, index) => ({
    index,
    fact,
    atMs: fact.finishedAtMs ?? 0,
    role: roles[index] ?? "unknown",
    revisionOwner: revisionOwners[index] ?? UNOWNED,
    unknownCommits: (fact.commits ?? []).filter((sha) => graph.texts.indexOf(sha) === undefined).length,
    previousOnLine: (graph.size === 0 ? index - 1 : lines[index]) ?? UNOWNED,
  }));
  return {
    graph,
    order,
    shipments,
    shipped: commitsByOwner(owners, points.length),
    owners,
    arrivedAtMs: arrivedAtMs(graph, roots),
    isDuplicate,
    failedAttempts: deployments.filter(({ outcome }) => outcome !== "succeeded"),
  };
}

/** Counted, then placed. */
function commitsByOwner(owners: Int32Array, count: number): ShippedCommits {
  const start = new Int32Array(count + 1);
  for (const owner of owners) if (owner >= 0) start[owner + 1] = (start[owner + 1] ?? 0) + 1;
  for (let shipment = 0; shipment < count; shipment += 1)
    start[shipment + 1] = (start[shipment + 1] ?? 0) + (start[shipment] ?? 0);
  const next = start.slice();
  const commits = new Int32Array(start[count] ?? 0);
  for (let commit = 0; commit < owners.length; commit += 1) {
    const owner = owners[commit] ?? UNOWNED;
    if (owner < 0) continue;
    const place = next[owner] ?? 0;
    commits[place] = commit;
    next[owner] = place + 1;
  }
  return { start, commits };
}

/** By finish, then name, then id: whoever tells the facts, and in whatever order, the order is one. Unfinished ones are left out. */
function orderDeployments(facts: readonly DeploymentFact[]): readonly DeploymentFact[] {
  const finished = facts.filter(({ finishedAtMs }) => finishedAtMs !== null);
  return finished.sort(
    (a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0) || compareText(a.name, b.name) || compareText(a.id, b.id),
  );
}

/** Several tags on one commit are one release point, the first of them. With the commit of each point; `UNOWNED`: not in the graph. */
function mergeTags(
  graph: CommitGraph,
  facts: readonly DeploymentFact[],
): { readonly points: readonly DeploymentFact[]; readonly roots: readonly number[] } {
  const isTagged = new Uint8Array(graph.size);
  const unknown = new Set<string>();
  const points: DeploymentFact[] = [];
  const roots: number[] = [];
  for (const fact of facts) {
    const root = indexOf(graph, fact.revision);
    if (fact.kind === "release" && fact.revision !== null) {
      if (root >= 0 ? isTagged[root] === 1 : unknown.has(fact.revision)) continue;
      if (root >= 0) isTagged[root] = 1;
      else unknown.add(fact.revision);
    }
    points.push(fact);
    roots.push(root);
  }
  return { points, roots };
}

function indexOf(graph: CommitGraph, sha: string | null): number {
  return sha === null ? UNOWNED : (graph.texts.indexOf(sha) ?? UNOWNED);
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
  order: Int32Array,
): Int32Array {
  // What ran before comes first in the pass, so that its history belongs to no deployment.
  const owners = assignOwners(graph, [before, ...roots], order).map((owner) =>
    owner === UNOWNED ? UNOWNED : owner === 0 ? BEFORE : owner - 1,
  );
  for (const [shipment, { commits, kind }] of points.entries()) {
    if (commits === null || kind === "flag" || (roots[shipment] ?? UNOWNED) >= 0) continue;
    for (const sha of commits) {
      const commit = graph.texts.indexOf(sha);
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
  const { size, authoredAtMs, isMerge, texts } = graph;
  const isDuplicate = new Uint8Array(size);
  // Of the few moments that more than one commit has, the commits that were seen.
  const byTime = repeatedTimes(authoredAtMs);
  for (let index = 0; index < size; index += 1) {
    if (owners[index] === UNOWNED || isMerge[index] === 1) continue;
    const sameTime = byTime.get(authoredAtMs[index] ?? 0);
    if (sameTime === undefined) continue;
    const twinAt = sameTime.findIndex((other) => isTwin(texts, index, other));
    if (twinAt < 0) {
      sameTime.push(index);
      continue;
    }
    const twin = sameTime[twinAt] ?? index;
    const later = (owners[index] ?? UNOWNED) - (owners[twin] ?? UNOWNED);
    const isEarlier = later < 0 || (later === 0 && texts.sha(index) < texts.sha(twin));
    isDuplicate[isEarlier ? twin : index] = 1;
    if (isEarlier) sameTime[twinAt] = index;
  }
  return isDuplicate;
}

/** Sorted natively, which is quicker than a map of all times. */
function repeatedTimes(timesMs: Float64Array): ReadonlyMap<number, number[]> {
  const sorted = timesMs.slice().sort();
  const repeated = new Map<number, number[]>();
  for (let index = 1; index < sorted.length; index += 1) {
    const atMs = sorted[index] ?? 0;
    if (atMs === sorted[index - 1] && !repeated.has(atMs)) repeated.set(atMs, []);
  }
  return repeated;
}

function isTwin(texts: CommitTexts, commit: number, other: number): boolean {
  return texts.subject(other) === texts.subject(commit) && texts.author(other) === texts.author(commit);
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
  const latest = new Int32Array(revisionOwners.length).fill(UNOWNED);
  return Int32Array.from(revisionOwners, (owner, index) => {
    const before = latest[owner === index ? (builtOn[index] ?? UNOWNED) : owner] ?? UNOWNED;
    if (owner >= 0) latest[owner] = index;
    return before;
  });
}

/** Where nobody told of the commits, equal revisions are the same code. */
function ownersOfRevisions(
  points: readonly DeploymentFact[],
  roots: readonly number[],
  owners: Int32Array,
): readonly number[] {
  const first = new Map<string, number>();
  return points.map(({ revision, kind }, index) => {
    const root = roots[index] ?? UNOWNED;
    if (root >= 0) return ownerAt(owners, root);
    if (revision === null || kind === "flag") return UNOWNED;
    const earlier = first.get(revision);
    if (earlier === undefined) first.set(revision, index);
    return earlier ?? index;
  });
}

function rolesOf(
  points: readonly DeploymentFact[],
  roots: readonly number[],
  revisionOwners: readonly number[],
  hasBaseline: boolean,
): readonly MeasuredDeployment["role"][] {
  let baseline = hasBaseline ? roots.findIndex((root) => root >= 0) : UNOWNED;
  const current = new Map<string, number>();
  return points.map((fact, index) => {
    const owner = revisionOwners[index] ?? UNOWNED;
    const isFirst = index === baseline;
    if (isFirst) baseline = UNOWNED;
    const repository = deployedRepository(fact);
    const before = current.get(repository) ?? UNOWNED;
    if (fact.kind === "deployment" && owner !== UNOWNED) current.set(repository, owner);
    if (fact.isRollback) return "rollback";
    if (isFirst) return "baseline";
    if (fact.kind === "flag") return "shipped";
    if (fact.kind === "release" || owner === index || owner === UNOWNED)
      return (roots[index] ?? UNOWNED) < 0 && fact.commits === null ? "unknown" : "shipped";
    return before !== UNOWNED && owner < before ? "rollback" : "redeployment";
  });
}
