import type { FlowCheck } from "./bottleneck-report.ts";
import type { WindowView } from "./window-view.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** The law holds exactly in the long run only; beyond a factor of two the dates are not to be trusted. */
const FACTOR_MAX = 2;
const COMMITS_MIN = 20;

/**
 * Little's law on commits: mean number in progress = throughput × mean lead time. In progress is what was authored and not shipped yet; what was never shipped by the end
 * of the facts is left out, for it may be abandoned. `null` for fewer than 20 commits.
 */
export function flowCheckOf(view: WindowView): FlowCheck | null {
  const { options } = view;
  const windowMs = options.toMs - options.fromMs;
  let shipped = 0;
  let leadSumMs = 0;
  for (const leadMs of view.leadsMs.authored) {
    if (!(leadMs >= 0)) continue;
    shipped += 1;
    leadSumMs += leadMs;
  }
  if (shipped < COMMITS_MIN || windowMs <= 0) return null;
  const meanInProgress = inProgressMs(view) / windowMs;
  const throughput = shipped / windowMs;
  const observedMeanMs = leadSumMs / shipped;
  const expectedMeanMs = meanInProgress / throughput;
  const ratio = observedMeanMs === 0 ? 1 : expectedMeanMs / observedMeanMs;
  return {
    meanInProgress,
    throughputPerWeek: throughput * WEEK_MS,
    expectedMeanMs,
    observedMeanMs,
    isConsistent: ratio <= FACTOR_MAX && ratio >= 1 / FACTOR_MAX,
  };
}

/** Of all commits that a deployment brought, the time between their author's date and that deployment which lies in the window. */
function inProgressMs({ ledger, options }: WindowView): number {
  const { graph, shipments, shipped, isDuplicate } = ledger;
  const only = options.onlyCommits ?? null;
  let sumMs = 0;
  for (const { index, role, atMs } of shipments) {
    if (role === "baseline") continue;
    const endMs = Math.min(atMs, options.toMs);
    const end = shipped.start[index + 1] ?? 0;
    for (let place = shipped.start[index] ?? 0; place < end; place += 1) {
      const commit = shipped.commits[place] ?? 0;
      if (graph.isMerge[commit] === 1 || isDuplicate[commit] === 1) continue;
      if (only !== null && !only.has(graph.texts.sha(commit))) continue;
      sumMs += Math.max(0, endMs - Math.max(graph.authoredAtMs[commit] ?? 0, options.fromMs));
    }
  }
  return sumMs;
}
