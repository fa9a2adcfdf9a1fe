import { distributionOf, groupedMedianInterval, wilsonInterval } from "./distribution.ts";
import type { Failures } from "./failure-links.ts";
import type { ChangeFailRate, FailureLink, Recovery, Rework } from "./report.ts";
import type { WindowView } from "./window-view.ts";

/** Distinct failed deployments ÷ (all − rollbacks): it cannot exceed 1. */
export function changeFailRateOf(view: WindowView, failures: Failures): ChangeFailRate {
  const { options, shipments } = view;
  const linked = new Set(failures.links.map(({ deploymentId }) => deploymentId));
  const inWindow = new Set<string>();
  let deployments = 0;
  for (const { role, fact } of shipments) {
    if (role === "rollback") continue;
    deployments += 1;
    if (linked.has(fact.id)) inWindow.add(fact.id);
  }
  const links = failures.links.filter(({ deploymentId }) => inWindow.has(deploymentId));
  const failed = failuresOf(links).length;
  return {
    failed,
    deployments,
    rate: deployments === 0 ? null : failed / deployments,
    rateOfAll: shipments.length === 0 ? null : failed / shipments.length,
    interval: wilsonInterval(failed, deployments),
    links,
    unlinked: failures.unlinked.filter(({ atMs }) => options.fromMs <= atMs && atMs < options.toMs),
  };
}

/** One failure: a deployment that failed, or several of which it is not proven which did. */
export type Failure = {
  /** The first deployment that may have done it. */
  readonly deploymentId: string;
  /** From that one's finish to the end, or to now while it is open. */
  readonly ms: number;
  readonly isOpen: boolean;
};

/** Links of one group are one failure: the longest of them, and open as long as any is. In the order of the links. */
export function failuresOf(links: readonly FailureLink[]): readonly Failure[] {
  const groups = Map.groupBy(links, ({ group, deploymentId }) => group ?? `deployment ${deploymentId}`);
  return [...groups.values()].map((group) => ({
    deploymentId: group[0]?.deploymentId ?? "",
    ms: Math.max(...group.map(({ recoveryMs, openForMs }) => recoveryMs ?? openForMs ?? 0)),
    isOpen: group.some(({ recoveryMs }) => recoveryMs === null),
  }));
}

export function recoveryOf(failures: readonly Failure[]): Recovery {
  const ended = failures.filter(({ isOpen }) => !isOpen).map(({ ms }) => ms);
  const medianInterval = groupedMedianInterval(ended, [...ended.keys()]);
  const open = failures.length - ended.length;
  return { ...distributionOf(ended), medianInterval, open, medianWithOpen: survivalMedian(failures) };
}

const HALF = 0.5;
/** Rounding of a product of shares: at most one a failure. */
const SHARE_ERROR = 1e-9;

/**
 * The time by which half of the failures are over, with the open ones still counted as running for as long as they have been (Kaplan and Meier 1958). Where exactly
 * half last longer than one end and none ends before the next, it is halfway between those two: without open ones it is the plain median.
 *
 * @returns `null`: fewer than half are over
 */
export function survivalMedian(failures: readonly Pick<Failure, "ms" | "isOpen">[]): number | null {
  // At the same moment an end comes before what is still running.
  const times = [...failures].sort((a, b) => a.ms - b.ms || Number(a.isOpen) - Number(b.isOpen));
  let surviving = 1;
  let halfwayMs: number | null = null;
  for (const [index, { ms, isOpen }] of times.entries()) {
    if (isOpen) continue;
    if (halfwayMs !== null) return (halfwayMs + ms) / 2;
    surviving *= 1 - 1 / (times.length - index);
    if (surviving < HALF - SHARE_ERROR) return ms;
    if (surviving <= HALF + SHARE_ERROR) halfwayMs = ms;
  }
  return halfwayMs;
}

/** Unplanned deployments because of a production problem ÷ all deployments. */
export function reworkOf(view: WindowView, failures: Failures): Rework & { readonly ids: ReadonlySet<string> } {
  const isRework = ({ fact, role }: WindowView["shipments"][number]) =>
    role === "rollback" || fact.isPlanned === false || fact.remediates.length > 0 || failures.remedies.has(fact.id);
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
