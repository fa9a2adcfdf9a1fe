import { UNMEASURED } from "./commit-graph.ts";
import { countInterval, distributionOf } from "./distribution.ts";
import { type Heard, knownMsOf } from "./heard.ts";
import { UNOWNED } from "./ownership.ts";
import type { BatchReport, CommitCounts, FrequencyReport } from "./report.ts";
import type { Shipment } from "./shipments.ts";
import { isMeasured, type WindowView } from "./window-view.ts";

const WEEK_MS = 7 * 24 * 3_600_000;

export function frequencyOf(view: WindowView, heard: Heard): FrequencyReport {
  const { shipments, options } = view;
  const gaps = new Float64Array(Math.max(0, shipments.length - 1));
  for (let index = 0; index < gaps.length; index += 1)
    gaps[index] = (shipments[index + 1]?.atMs ?? 0) - (shipments[index]?.atMs ?? 0);
  const attempts = view.ledger.failedAttempts.filter(({ finishedAtMs, startedAtMs }) => {
    const atMs = finishedAtMs ?? startedAtMs;
    return atMs !== null && options.fromMs <= atMs && atMs < options.toMs;
  });
  const knownMs =
    options.isWindowKnown === true ? Math.max(1, options.toMs - options.fromMs) : knownMsOf(options, heard);
  const weeks = knownMs / WEEK_MS;
  const range = countInterval(shipments.length);
  return {
    count: shipments.length,
    knownMs,
    rollbacks: countRole(shipments, "rollback"),
    redeployments: countRole(shipments, "redeployment"),
    failedAttempts: attempts.length,
    perWeek: shipments.length / weeks,
    interval: { low: range.low / weeks, high: range.high / weeks },
    gapMs: distributionOf(gaps),
  };
}

export function countRole(shipments: readonly Shipment[], wanted: Shipment["role"]): number {
  return shipments.filter(({ role }) => role === wanted).length;
}

export function commitCountsOf(view: WindowView): CommitCounts {
  return {
    nonMerge: view.counted.commits.length,
    merge: view.merges,
    duplicates: view.duplicates,
    unreleased: countUnreleased(view),
    unknown: view.shipments.reduce((sum, { unknownCommits }) => sum + unknownCommits, 0),
  };
}

/** Not shipped before the window's end: never, or by a later deployment and older than the end. */
function countUnreleased({ ledger, options }: WindowView): number {
  const { graph, owners, isDuplicate, shipments } = ledger;
  const only = options.onlyCommits ?? null;
  let count = 0;
  for (let index = 0; index < graph.size; index += 1) {
    const owner = owners[index] ?? -1;
    const isLater = owner === -1 || (shipments[owner]?.atMs ?? options.fromMs) >= options.toMs;
    if (!isLater || graph.isMerge[index] === 1 || isDuplicate[index] === 1) continue;
    if ((graph.committedAtMs[index] ?? 0) >= options.toMs) continue;
    if (only === null || only.has(graph.texts.sha(index))) count += 1;
  }
  return count;
}

/** Commits and lines of each deployment that ships work: no baseline, no rollback, no flag. */
export function batchOf(view: WindowView): BatchReport {
  const { counted, ledger, sizes } = view;
  const isBatch = new Uint8Array(ledger.shipments.length);
  const commits: number[] = [];
  for (const shipment of view.shipments) {
    if (!isMeasured(shipment) || shipment.fact.kind === "flag" || shipment.role === "unknown") continue;
    isBatch[shipment.index] = 1;
    commits.push(sizes[shipment.index] ?? 0);
  }
  const linesPerCommit: number[] = [];
  const linesPerRelease: number[] = [];
  let last = UNOWNED;
  // What is counted stands in the order of the shipments.
  for (let index = 0; index < counted.commits.length; index += 1) {
    const shipment = counted.shipments[index] ?? UNOWNED;
    const lines = ledger.graph.lines[counted.commits[index] ?? 0] ?? UNMEASURED;
    if (lines === UNMEASURED || isBatch[shipment] !== 1) continue;
    linesPerCommit.push(lines);
    if (shipment === last) linesPerRelease.push((linesPerRelease.pop() ?? 0) + lines);
    else linesPerRelease.push(lines);
    last = shipment;
  }
  return {
    commitsPerRelease: distributionOf(commits),
    linesPerCommit: distributionOf(linesPerCommit),
    linesPerRelease: distributionOf(linesPerRelease),
  };
}
