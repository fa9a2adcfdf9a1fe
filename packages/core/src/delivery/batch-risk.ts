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
  const batches: { readonly id: string; readonly commits: number }[] = [];
  for (const shipment of view.shipments) {
    const commits = view.sizes[shipment.index] ?? 0;
    if (isMeasured(shipment) && commits > 0) batches.push({ id: shipment.fact.id, commits });
  }
  const median = distributionOf(batches.map(({ commits }) => commits)).median ?? 0;
  const halves = [
    batches.filter(({ commits }) => commits <= median),
    batches.filter(({ commits }) => commits > median),
  ];
  if (halves.some(({ length }) => length < GROUP_MIN)) return { groups: [], pValue: null };
  const linked = new Set(links.map(({ deploymentId }) => deploymentId));
  const groups = halves.map((half) => {
    const ids = new Set(half.flatMap(({ id }) => (linked.has(id) ? [id] : [])));
    const failed = failuresOf(links.filter(({ deploymentId }) => ids.has(deploymentId))).length;
    let commits = 0;
    let commitsMin = Number.POSITIVE_INFINITY;
    let commitsMax = 0;
    for (const batch of half) {
      commits += batch.commits;
      commitsMin = Math.min(commitsMin, batch.commits);
      commitsMax = Math.max(commitsMax, batch.commits);
    }
    return {
      commitsMin,
      commitsMax,
      deployments: half.length,
      failed,
      commits,
      perRelease: failed / half.length,
      perThousandCommits: (failed * 1_000) / commits,
    };
  });
  const [small, large] = groups;
  const pValue = small && large ? fisherPValue(small.failed, small.deployments, large.failed, large.deployments) : null;
  return { groups, pValue };
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
