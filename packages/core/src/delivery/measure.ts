import { batchRiskOf } from "./batch-risk.ts";
import { UNMEASURED } from "./commit-graph.ts";
import { distributionOf } from "./distribution.ts";
import type { DeliveryFacts } from "./facts.ts";
import { type Failures, linkFailures } from "./failure-links.ts";
import { flakyTestsOf, testCountsOf, testHistories } from "./flaky-tests.ts";
import { flowCheckOf } from "./flow-check.ts";
import { groupedDigits } from "./grouped-digits.ts";
import { heardOf, isSilent } from "./heard.ts";
import { changeLeadTime, commitLeadTime } from "./lead-time.ts";
import type { DeliveryReport, MeasuredDeployment, MeasureOptions } from "./report.ts";
import { buildShippingLedger, type ShippingLedger } from "./shipments.ts";
import { countChanges, listChanges, listRequests, shippedChanges } from "./shipped-changes.ts";
import { sizeAgainstTimeOf } from "./size-against-time.ts";
import { changeFailRateOf, failuresOf, recoveryOf, reworkOf } from "./stability.ts";
import { stageLedgerOf } from "./stage-ledger.ts";
import { stageTableOf } from "./stage-table.ts";
import { batchOf, commitCountsOf, frequencyOf } from "./throughput.ts";
import { trendsOf } from "./trend.ts";
import { unknownsOf } from "./unknowns.ts";
import { whatIfOf } from "./what-if.ts";
import { viewWindow, type WindowView } from "./window-view.ts";

export const ATTRIBUTION_WINDOW_MS = 24 * 3_600_000;
const SEED = 1;

/**
 * The five metrics, stages, bottleneck and trend of one service in one environment.
 *
 * The window selects deployments; what is known of them from before or after it counts too. Deterministic, whatever the order of the facts. O(n log n) in the facts.
 *
 * @see docs/delivery-definitions.md for each formula and its source
 */
export function measureDelivery(facts: DeliveryFacts, options: MeasureOptions): DeliveryReport {
  return measureLedger(buildShippingLedger(facts), facts, options);
}

/** The same from a ledger that was built before: it can serve several windows and packages. */
export function measureLedger(
  ledger: ShippingLedger,
  facts: Omit<DeliveryFacts, "commits">,
  options: MeasureOptions,
): DeliveryReport {
  const seed = options.seed ?? SEED;
  const attributionWindowMs = options.attributionWindowMs ?? ATTRIBUTION_WINDOW_MS;
  const view = viewWindow(ledger, options);
  const heard = heardOf(facts.sources, ledger.shipments);
  const linked = linkFailures(ledger, facts, {
    attributionWindowMs,
    nowMs: options.toMs,
    onlyCommits: options.onlyCommits ?? null,
  });
  const changeFailRate = changeFailRateOf(view, linked);
  const failures = failuresOf(changeFailRate.links);
  const { ids: reworkIds, ...rework } = reworkOf(view, linked);
  const shipped = shippedChanges(view, facts.changes);
  const stages = stageTableOf(view, shipped);
  const tests = testHistories(
    facts.testRuns.filter(({ finishedAtMs }) => options.fromMs <= finishedAtMs && finishedAtMs < options.toMs),
  );
  const isSummary = options.isSummary === true;
  return {
    window: { fromMs: options.fromMs, toMs: options.toMs },
    frequency: frequencyOf(view, heard),
    commits: commitCountsOf(view),
    leadTime: {
      author: commitLeadTime(view, "authored"),
      committer: commitLeadTime(view, "committed"),
      change: changeLeadTime(shipped.requests),
    },
    changeFailRate,
    recovery: recoveryOf(failures),
    rework,
    batch: batchOf(view),
    trend: trendsOf(view, { failures, reworkIds, requests: shipped.requests, heard }, seed),
    stages: stageLedgerOf(stages, ledger.shipments, facts.pipelineRuns),
    whatIf: whatIfOf(stages, ledger.shipments, seed),
    flow: flowCheckOf(view),
    batchRisk: batchRiskOf(view, changeFailRate.links),
    sizes: sizeAgainstTimeOf(listRequests(shipped)),
    testCounts: testCountsOf(tests),
    flakyTests: flakyTestsOf(tests),
    deployments: isSummary ? [] : measuredDeployments(view, linked, reworkIds, countChanges(shipped)),
    changes: isSummary ? [] : listChanges(view, shipped),
    assumptions: assumptionsOf(view, facts, attributionWindowMs),
    unknowns: unknownsOf(facts, ledger, stages),
    silentSources: facts.sources
      .filter((source) => isSilent(source, options.toMs))
      .map(({ name, lastHeardAtMs }) => ({ name, lastHeardAtMs })),
  };
}

function commitsText(count: number): string {
  return `${groupedDigits(count)} commit${count === 1 ? "" : "s"}`;
}

function hoursText(hours: number): string {
  return hours === 1 ? "hour" : `${hours} hours`;
}

function measuredDeployments(
  view: WindowView,
  failures: Failures,
  reworkIds: ReadonlySet<string>,
  changeCounts: ReadonlyMap<number, number>,
): readonly MeasuredDeployment[] {
  const { ledger, counted, options } = view;
  const { graph, shipped } = ledger;
  const only = options.onlyCommits ?? null;
  const isCountedMerge = (commit: number): boolean =>
    graph.isMerge[commit] === 1 && (only === null || only.has(graph.texts.sha(commit)));
  const failed = new Set(failures.links.map(({ deploymentId }) => deploymentId));
  let next = 0;
  return view.shipments.map(({ index, fact, atMs, role }) => {
    const leads: number[] = [];
    let nonMerge = 0;
    let lines: number | null = null;
    // What is counted stands in the order of the shipments.
    for (; counted.shipments[next] === index; next += 1) {
      const commit = counted.commits[next] ?? 0;
      const leadMs = atMs - (graph.authoredAtMs[commit] ?? atMs);
      nonMerge += 1;
      if (leadMs >= 0) leads.push(leadMs);
      const size = graph.lines[commit] ?? UNMEASURED;
      if (size !== UNMEASURED) lines = (lines ?? 0) + size;
    }
    const own = shipped.commits.subarray(shipped.start[index], shipped.start[index + 1]);
    return {
      id: fact.id,
      name: fact.name,
      atMs,
      kind: fact.kind,
      revision: fact.revision,
      role,
      nonMerge,
      merge: role === "baseline" ? 0 : own.filter(isCountedMerge).length,
      changes: changeCounts.get(index) ?? 0,
      lines,
      medianLeadMs: distributionOf(leads).median,
      isFailed: failed.has(fact.id),
      isRework: reworkIds.has(fact.id),
    };
  });
}

function assumptionsOf(
  { shipments, ledger, duplicates }: WindowView,
  { incidents }: Pick<DeliveryFacts, "incidents">,
  attributionWindowMs: number,
): readonly string[] {
  const assumptions = [
    ...(shipments.length === 0
      ? []
      : ["Lead times are of non-merge commits, each counted at the first deployment whose history contains it."]),
  ];
  const baseline = shipments.find(({ role }) => role === "baseline");
  const { start } = ledger.shipped;
  if (baseline !== undefined)
    assumptions.push(
      `${baseline.fact.name} is the first one known: what it brought (${commitsText((start[baseline.index + 1] ?? 0) - (start[baseline.index] ?? 0))}) is the baseline and has no lead time.`,
    );
  if (duplicates > 0)
    assumptions.push(
      `Left out are ${commitsText(duplicates)} with the author, author's date and subject of one shipped before: cherry-picks, counted once.`,
    );
  const tags = ledger.shipments.filter(({ fact }) => fact.kind === "release").length;
  if (tags > 0)
    assumptions.push("A tag stands for a deployment at the time of the tag. Several tags on one commit are one.");
  if (incidents.some(({ causedBy }) => causedBy.length === 0))
    assumptions.push(
      `An incident that names no cause is laid to the last deployment of the ${hoursText(attributionWindowMs / 3_600_000)} before it.`,
    );
  return assumptions;
}
