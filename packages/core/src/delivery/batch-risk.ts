import type { BatchRisk } from "./bottleneck-report.ts";
import { distributionOf } from "./distribution.ts";
import type { FailureLink } from "./report.ts";
import { failuresOf } from "./stability.ts";
import { isMeasured, type WindowView } from "./window-view.ts";

/** Deployments a half, below which a comparison says nothing. */
const GROUP_MIN = 5;

/**
 * Small deployments against large ones, split at the median size: failures a deployment, and failures per 1,000 commits. One of the two alone misleads: a large deployment fails more
 * often because there is more in it.
 */
export function batchRiskOf(view: WindowView, links: readonly FailureLink[]): BatchRisk {
  const batches = view.shipments.filter((shipment) => isMeasured(shipment) && (view.sizes[shipment.index] ?? 0) > 0);
  const sizes = Int32Array.from(batches, ({ index }) => view.sizes[index] ?? 0);
  const median = distributionOf(sizes).median ?? 0;
  const linked = new Set(links.map(({ deploymentId }) => deploymentId));
  const halves = [newHalf(), newHalf()] as const;
  for (const [nth, { fact }] of batches.entries()) {
    const commits = sizes[nth] ?? 0;
    const half = halves[commits <= median ? 0 : 1];
    half.deployments += 1;
    half.commits += commits;
    half.commitsMin = Math.min(half.commitsMin, commits);
    half.commitsMax = Math.max(half.commitsMax, commits);
    if (linked.has(fact.id)) half.linked.add(fact.id);
  }
  if (halves.some(({ deployments }) => deployments < GROUP_MIN)) return { groups: [], pValue: null };
  const [small, large] = halves.map(({ linked: ids, ...half }) => {
    const failed = failuresOf(links.filter(({ deploymentId }) => ids.has(deploymentId))).length;
    const perThousandCommits = (failed * 1_000) / half.commits;
    return { ...half, failed, perRelease: failed / half.deployments, perThousandCommits };
  });
  if (small === undefined || large === undefined) return { groups: [], pValue: null };
  return {
    groups: [small, large],
    pValue: fisherPValue(small.failed, small.deployments, large.failed, large.deployments),
  };
}

function newHalf() {
  return {
    commitsMin: Number.POSITIVE_INFINITY,
    commitsMax: 0,
    deployments: 0,
    commits: 0,
    /** Of its deployments, those that any link names. */
    linked: new Set<string>(),
  };
}

/** Fisher's exact test on a 2×2 table, two-sided: the chance of a table as unlikely as this one, with its margins. O(failures). */
export function fisherPValue(hitsA: number, sizeA: number, hitsB: number, sizeB: number): number {
  const hits = hitsA + hitsB;
  const logFactorial = logFactorials(sizeA + sizeB);
  const logChoose = (n: number, k: number) =>
    (logFactorial[n] ?? 0) - (logFactorial[k] ?? 0) - (logFactorial[n - k] ?? 0);
  const logTable = (a: number) => logChoose(sizeA, a) + logChoose(sizeB, hits - a) - logChoose(sizeA + sizeB, hits);
  const observed = logTable(hitsA);
  let pValue = 0;
  for (let a = Math.max(0, hits - sizeB); a <= Math.min(sizeA, hits); a += 1) {
    const log = logTable(a);
    // Equal tables must not be lost to rounding.
    if (log <= observed + 1e-9) pValue += Math.exp(log);
  }
  return Math.min(1, pValue);
}

function logFactorials(count: number): Float64Array {
  const logs = new Float64Array(count + 1);
  for (let n = 1; n <= count; n += 1) logs[n] = (logs[n - 1] ?? 0) + Math.log(n);
  return logs;
}
