import { distributionOf, groupedMedianInterval, wilsonInterval } from "./distribution.ts";
import type { Failures } from "./failure-links.ts";
import type { ChangeFailRate, FailureLink, Recovery, Rework } from "./report.ts";
import type { WindowView } from "./window-view.ts";

/** Distinct failed deployments ÷ (all − rollbacks): it cannot exceed 1. */
export function changeFailRateOf(view: WindowView, failures: Failures): ChangeFailRate {
  const { options, shipments } = view;
  const inWindow = new Set(shipments.filter(({ role }) => role !== "rollback").map(({ fact }) => fact.id));
  const links = failures.links.filter(({ deploymentId }) => inWindow.has(deploymentId));
  const failed = countFailures(links);
  return {
    failed,
    deployments: inWindow.size,
    rate: inWindow.size === 0 ? null : failed / inWindow.size,
    rateOfAll: shipments.length === 0 ? null : failed / shipments.length,
    interval: wilsonInterval(failed, inWindow.size),
    links,
    unlinked: failures.unlinked.filter(({ atMs }) => options.fromMs <= atMs && atMs < options.toMs),
  };
}

/** Links of one group are one failure. */
export function countFailures(links: readonly FailureLink[]): number {
  return new Set(links.map(({ group, deploymentId }) => group ?? `deployment ${deploymentId}`)).size;
}

/** One value a failure: of a group the longest, from the first deployment that may have done it. */
export function recoveryOf(links: readonly FailureLink[]): Recovery {
  const failures = Map.groupBy(links, ({ group, deploymentId }) => group ?? `deployment ${deploymentId}`);
  const ended: number[] = [];
  const open: number[] = [];
  for (const group of failures.values()) {
    const longest = Math.max(...group.map(({ recoveryMs, openForMs }) => recoveryMs ?? openForMs ?? 0));
    if (group.some(({ recoveryMs }) => recoveryMs === null)) open.push(longest);
    else ended.push(longest);
  }
  const medianInterval = groupedMedianInterval(ended, [...ended.keys()]);
  return { ...distributionOf(ended), medianInterval, open: open.length, medianWithOpen: survivalMedian(ended, open) };
}

/**
 * The time by which half of the failures are over, with the open ones still counted as running for as long as they have been (Kaplan and Meier 1958). `null`: fewer
 * than half are over.
 */
function survivalMedian(ended: readonly number[], open: readonly number[]): number | null {
  const times = [...ended.map((ms) => ({ ms, isEnd: true })), ...open.map((ms) => ({ ms, isEnd: false }))];
  // At the same moment an end comes before what is still running.
  times.sort((a, b) => a.ms - b.ms || Number(b.isEnd) - Number(a.isEnd));
  let surviving = 1;
  for (const [index, { ms, isEnd }] of times.entries()) {
    if (!isEnd) continue;
    surviving *= 1 - 1 / (times.length - index);
    if (surviving <= 0.5 + 1e-12) return ms;
  }
  return null;
}

/** Unplanned deployments because of a production problem ÷ all deployments. */
export function reworkOf(view: WindowView, failures: Failures): Rework & { readonly ids: ReadonlySet<string> } {
  const remedies = new Set(failures.links.flatMap(({ recoveredByDeploymentId }) => recoveredByDeploymentId ?? []));
  const isRework = ({ fact, role }: WindowView["shipments"][number]) =>
    role === "rollback" || fact.isPlanned === false || fact.remediates.length > 0 || remedies.has(fact.id);
  const ids = new Set(view.shipments.filter(isRework).map(({ fact }) => fact.id));
  const deployments = view.shipments.length;
  return {
    count: ids.size,
    deployments,
    rate: deployments === 0 ? null : ids.size / deployments,
    interval: wilsonInterval(ids.size, deployments),
    ids,
  };
}
