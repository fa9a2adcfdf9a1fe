import type { ChangeFact, CommitFact } from "./facts.ts";
import { UNOWNED } from "./ownership.ts";
import type { MeasuredChange } from "./report.ts";
import type { Shipment } from "./shipments.ts";
import { durationsOf, type StagedChange, stageCommit, stageRequest } from "./stages.ts";
import { isMeasured, type WindowView } from "./window-view.ts";

/** A change as the report lists it, with its place in time for a replay; `staged` is `null` where a date runs backwards. */
export type ShippedChange = {
  readonly measured: MeasuredChange;
  readonly staged: StagedChange | null;
  readonly shipment: Shipment;
};

/** Pull requests that the window's deployments shipped, and the commits that belong to none. */
export function shippedChanges(view: WindowView, changes: readonly ChangeFact[]): readonly ShippedChange[] {
  const { ledger, options } = view;
  const shipped: ShippedChange[] = [];
  const covered = new Set<string>();
  const listed = listedCommits(ledger.shipments);
  const told = [...new Map(changes.map((change) => [change.id, change])).values()];
  for (const change of told) {
    const shas = change.mergeCommit === null ? change.commits : [change.mergeCommit, ...change.commits];
    const shipment = shipmentOf(view, shas, listed);
    if (shipment === undefined || !isMeasured(shipment)) continue;
    for (const sha of shas) covered.add(sha);
    if (shipment.atMs < options.fromMs || shipment.atMs >= options.toMs) continue;
    if (options.onlyCommits && !shas.some((sha) => options.onlyCommits?.has(sha))) continue;
    shipped.push(shippedRequest(change, shipment));
  }
  for (const { commit, shipment } of view.counted) {
    const fact = ledger.graph.commits[commit];
    if (fact !== undefined && !covered.has(fact.sha)) shipped.push(shippedCommit(fact, shipment));
  }
  return shipped.sort(inOrder);
}

/** In the order of the deployments, whatever the order of the facts. */
function inOrder(a: ShippedChange, b: ShippedChange): number {
  return a.shipment.index - b.shipment.index || (a.measured.id < b.measured.id ? -1 : 1);
}

/** The merge commit's deployment; where that is not known, the last one that any of the request's commits needed. */
function shipmentOf(
  { ledger }: WindowView,
  shas: readonly string[],
  listed: ReadonlyMap<string, Shipment>,
): Shipment | undefined {
  let last = UNOWNED;
  for (const [index, sha] of shas.entries()) {
    const commit = ledger.graph.indexBySha.get(sha);
    const owner = commit === undefined ? UNOWNED : (ledger.owners[commit] ?? UNOWNED);
    if (owner < 0) continue;
    last = Math.max(last, owner);
    if (index === 0) break;
  }
  if (last >= 0) return ledger.shipments[last];
  const sha = shas.find((candidate) => listed.has(candidate));
  return sha === undefined ? undefined : listed.get(sha);
}

/** Commits that deployments list themselves, with the first one that did. */
function listedCommits(shipments: readonly Shipment[]): ReadonlyMap<string, Shipment> {
  const listed = new Map<string, Shipment>();
  for (const shipment of shipments) {
    for (const sha of shipment.fact.commits ?? []) if (!listed.has(sha)) listed.set(sha, shipment);
  }
  return listed;
}

function shippedCommit(fact: CommitFact, shipment: Shipment): ShippedChange {
  const staged = stageCommit(fact.authoredAtMs, fact.committedAtMs, shipment.atMs);
  const leadMs = shipment.atMs - fact.authoredAtMs;
  const measured: MeasuredChange = {
    id: fact.sha,
    unit: "commit",
    title: fact.subject,
    author: fact.author,
    deploymentId: shipment.fact.id,
    shippedAtMs: shipment.atMs,
    leadMs: leadMs < 0 ? null : leadMs,
    linesChanged: fact.lines,
    stagesMs: staged === null ? {} : durationsOf(staged),
    change: null,
  };
  return { measured, staged, shipment };
}

function shippedRequest(change: ChangeFact, shipment: Shipment): ShippedChange {
  const staged = stageRequest(change, shipment);
  const size =
    change.linesAdded === null && change.linesRemoved === null
      ? null
      : (change.linesAdded ?? 0) + (change.linesRemoved ?? 0);
  const measured: MeasuredChange = {
    id: change.id,
    unit: "pull request",
    title: change.title,
    author: change.author,
    deploymentId: shipment.fact.id,
    shippedAtMs: shipment.atMs,
    leadMs: staged === null ? null : shipment.atMs - staged.startMs,
    linesChanged: size,
    stagesMs: staged === null ? {} : durationsOf(staged),
    change,
  };
  return { measured, staged, shipment };
}
