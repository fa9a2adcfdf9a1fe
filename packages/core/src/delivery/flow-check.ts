import type { FlowCheck } from "./bottleneck-report.ts";
import { UNOWNED } from "./ownership.ts";
import { leadTimesOf, type WindowView } from "./window-view.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** The law holds exactly in the long run only; beyond a factor of two the dates are not to be trusted. */
const FACTOR_MAX = 2;
const COMMITS_MIN = 20;

/**
 * Little's law on commits: mean number in progress = throughput × mean lead time. In progress is what was authored and not shipped yet; what was never shipped by the end
 * of the facts is left out, for it may be abandoned. `null` for fewer than 20 commits.
 */
export function flowCheckOf(view: WindowView): FlowCheck | null {
  const { ledger, options } = view;
  const windowMs = options.toMs - options.fromMs;
  const { graph } = ledger;
  const shipped = leadTimesOf(view, "authoredAtMs").filter((leadMs) => leadMs >= 0);
  if (shipped.length < COMMITS_MIN || windowMs <= 0) return null;
  let inProgressMs = 0;
  for (let index = 0; index < graph.size; index += 1) {
    const owner = ledger.owners[index] ?? UNOWNED;
    const shipment = ledger.shipments[owner];
    if (shipment === undefined || shipment.role === "baseline") continue;
    if (graph.isMerge[index] === 1 || ledger.isDuplicate[index] === 1) continue;
    if (options.onlyCommits && !options.onlyCommits.has(graph.texts.sha(index))) continue;
    const beganMs = Math.max(graph.authoredAtMs[index] ?? 0, options.fromMs);
    inProgressMs += Math.max(0, Math.min(shipment.atMs, options.toMs) - beganMs);
  }
  const meanInProgress = inProgressMs / windowMs;
  const throughput = shipped.length / windowMs;
  const observedMeanMs = shipped.reduce((sum, leadMs) => sum + leadMs, 0) / shipped.length;
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
