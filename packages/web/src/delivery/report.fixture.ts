import type { DeliveryReport, MeasuredChange, MeasuredDeployment } from "../api/types.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Monday, 2 November 2026. */
export const START = Date.UTC(2026, 10, 2);

const NONE = { n: 0, median: null, p90: null, mean: null };
const NO_LEAD_TIME = { ...NONE, negative: 0, medianInterval: null };
const NO_RATE = { deployments: 0, rate: null, interval: null };

/** A report in which nothing is known. */
export function reportOf(given: Partial<DeliveryReport>): DeliveryReport {
  return {
    ...{ service: "shop", environment: "production", target: null },
    window: { fromMs: START, toMs: START + 90 * DAY },
    frequency: {
      ...{ count: 0, rollbacks: 0, redeployments: 0, failedAttempts: 0 },
      ...{ knownMs: 0, perWeek: 0, interval: { low: 0, high: 0 }, gapMs: NONE },
    },
    commits: { nonMerge: 0, merge: 0, duplicates: 0, unreleased: 0, unknown: 0 },
    leadTime: { author: NO_LEAD_TIME, committer: NO_LEAD_TIME, change: null },
    changeFailRate: { ...NO_RATE, failed: 0, rateOfAll: null, links: [], unlinked: [] },
    recovery: { ...NONE, medianInterval: null, open: 0, medianWithOpen: null },
    rework: { ...NO_RATE, count: 0 },
    batch: { commitsPerRelease: NONE, linesPerCommit: NONE, linesPerRelease: NONE },
    ...{ trend: [], stages: null, whatIf: [], flow: null, batchRisk: { groups: [], pValue: null } },
    sizes: { n: 0, left: 0, bins: [] },
    ...{ testCounts: { runs: 0, tests: 0, repeatedTests: 0, flakyTests: 0 }, flakyTests: [] },
    totals: {
      ...{ deployments: given.deployments?.length ?? 0, changes: given.changes?.length ?? 0 },
      ...{ openChanges: 0, incidents: 0, guardDecisions: 0 },
    },
    told: { commits: 0, changes: 0, deployments: 0 },
    ...{
      deployments: [],
      changes: [],
      openChanges: [],
      incidents: [],
      guardDecisions: [],
      sources: [],
      assumptions: [],
      unknowns: [],
      silentSources: [],
    },
    ...given,
  };
}

export function changeOf(given: Partial<MeasuredChange> & { readonly id: string }): MeasuredChange {
  return {
    ...{ unit: "pull request", title: given.id, author: "ada", url: null, deploymentId: "d", shippedAtMs: START },
    ...{ leadMs: DAY, linesChanged: null, stagesMs: {} },
    ...given,
  };
}

export function deploymentOf(given: Partial<MeasuredDeployment> & { readonly id: string }): MeasuredDeployment {
  return {
    ...{
      name: given.id,
      atMs: START,
      kind: "deployment",
      revision: null,
      role: "shipped",
      nonMerge: 0,
      merge: 0,
      changes: 0,
    },
    ...{ lines: null, medianLeadMs: null, isFailed: false, isRework: false },
    ...given,
  };
}
