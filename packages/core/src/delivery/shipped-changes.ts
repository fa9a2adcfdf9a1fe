import { UNMEASURED } from "./commit-graph.ts";
import type { ChangeFact } from "./facts.ts";
import { UNOWNED } from "./ownership.ts";
import type { MeasuredChange } from "./report.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";
import { durationsOf, type StagedChange, stageCommit, stageRequest } from "./stages.ts";
import { type CountedCommits, isMeasured, type WindowView } from "./window-view.ts";

/** Pull requests that the window's deployments shipped, and the commits that belong to none. */
export type ShippedChanges = { readonly requests: readonly ShippedRequest[]; readonly commits: CountedCommits };

export type ShippedRequest = {
  readonly change: ChangeFact;
  readonly shipment: Shipment;
  /** `null` where a date runs backwards. */
  readonly staged: StagedChange | null;
};

/** Requests in the order of their deployments, whatever the order of the facts. */
export function shippedChanges(view: WindowView, changes: readonly ChangeFact[]): ShippedChanges {
  if (changes.length === 0) return { requests: [], commits: view.counted };
  const { ledger, options } = view;
  const requests: ShippedRequest[] = [];
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
    requests.push({ change, shipment, staged: stageRequest(change, shipment) });
  }
  requests.sort((a, b) => a.shipment.index - b.shipment.index || (a.change.id < b.change.id ? -1 : 1));
  return { requests, commits: leaveOut(view, covered) };
}

function leaveOut({ ledger, counted }: WindowView, covered: ReadonlySet<string>): CountedCommits {
  const isLeft = counted.commits.map((commit) => (covered.has(ledger.graph.texts.sha(commit)) ? 0 : 1));
  const isKept = (_: number, index: number): boolean => isLeft[index] === 1;
  return { commits: counted.commits.filter(isKept), shipments: counted.shipments.filter(isKept) };
}

/** Requests alone as a report lists them. */
export function listRequests({ requests }: ShippedChanges): readonly MeasuredChange[] {
  return requests.map(measuredRequest);
}

/** Requests and commits as a report lists them, by their deployments, then by id. */
export function listChanges(view: WindowView, { requests, commits }: ShippedChanges): readonly MeasuredChange[] {
  const { shipments } = view.ledger;
  const listed = requests.map((request) => ({ at: request.shipment.index, measured: measuredRequest(request) }));
  for (const [index, commit] of commits.commits.entries()) {
    const shipment = shipments[commits.shipments[index] ?? 0];
    if (shipment !== undefined)
      listed.push({ at: shipment.index, measured: measuredCommit(view.ledger, commit, shipment) });
  }
  listed.sort((a, b) => a.at - b.at || (a.measured.id < b.measured.id ? -1 : 1));
  return listed.map(({ measured }) => measured);
}

/** How many of them each shipment has, by its index. */
export function countChanges({ requests, commits }: ShippedChanges): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const add = (shipment: number) => counts.set(shipment, (counts.get(shipment) ?? 0) + 1);
  for (const { shipment } of requests) add(shipment.index);
  for (const shipment of commits.shipments) add(shipment);
  return counts;
}

/** The merge commit's deployment; where that is not known, the last one that any of the request's commits needed. */
function shipmentOf(
  { ledger }: WindowView,
  shas: readonly string[],
  listed: ReadonlyMap<string, Shipment>,
): Shipment | undefined {
  let last = UNOWNED;
  for (const [index, sha] of shas.entries()) {
    const commit = ledger.graph.texts.indexOf(sha);
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

function measuredCommit({ graph, arrivedAtMs }: ShippingLedger, commit: number, shipment: Shipment): MeasuredChange {
  const authoredAtMs = graph.authoredAtMs[commit] ?? 0;
  const staged = stageCommit(authoredAtMs, arrivedAtMs[commit] ?? 0, shipment.atMs);
  const leadMs = shipment.atMs - authoredAtMs;
  const lines = graph.lines[commit] ?? UNMEASURED;
  return {
    id: graph.texts.sha(commit),
    unit: "commit",
    title: graph.texts.subject(commit),
    author: graph.texts.author(commit),
    deploymentId: shipment.fact.id,
    shippedAtMs: shipment.atMs,
    leadMs: leadMs < 0 ? null : leadMs,
    linesChanged: lines === UNMEASURED ? null : lines,
    stagesMs: staged === null ? {} : durationsOf(staged),
    change: null,
  };
}

function measuredRequest({ change, shipment, staged }: ShippedRequest): MeasuredChange {
  const size =
    change.linesAdded === null && change.linesRemoved === null
      ? null
      : (change.linesAdded ?? 0) + (change.linesRemoved ?? 0);
  return {
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
}
