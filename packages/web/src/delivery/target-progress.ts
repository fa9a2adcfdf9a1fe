import type { DeliveryReport, DeliveryTarget } from "../api/types.ts";
import { measuresOf } from "./figures.ts";

type Named = {
  readonly label: string;
  readonly unit: string;
  /** Of a figure's value, in the unit that a target is given in. */
  readonly perUnit: number;
  readonly isLowerBetter: boolean;
};

const HOUR_MS = 3_600_000;

export const TARGETS: Readonly<Record<DeliveryTarget["measure"], Named>> = {
  "lead-time": { label: "Median lead time at most", unit: "hours", perUnit: HOUR_MS, isLowerBetter: true },
  frequency: { label: "Deployments at least", unit: "a week", perUnit: 1, isLowerBetter: false },
  // A rate is a ratio in the target, too: only people are told percent.
  "change-fail-rate": { label: "Change fail rate at most", unit: "%", perUnit: 1, isLowerBetter: true },
  recovery: { label: "Median recovery at most", unit: "hours", perUnit: HOUR_MS, isLowerBetter: true },
};

/** @param value of the measure, as `measuresOf` gives it: milliseconds, a week, or a ratio */
export function isReached(target: DeliveryTarget, value: number): boolean {
  const { perUnit, isLowerBetter } = TARGETS[target.measure];
  return isLowerBetter ? value / perUnit <= target.value : value / perUnit >= target.value;
}

export type Progress = {
  /** Of the way from the baseline to the target, 0..1. */
  readonly share: number;
  /** It went the other way. */
  readonly isFurtherOff: boolean;
  readonly baselineText: string;
};

/** How far a service has come from its own past; `null`: without a target, or with too few data then or now. */
export function progressOf(report: DeliveryReport, baseline: DeliveryReport | undefined): Progress | null {
  const { target } = report;
  if (!target || !baseline) return null;
  const now = measuresOf(report).find(({ name }) => name === target.measure);
  const then = measuresOf(baseline).find(({ name }) => name === target.measure);
  // Of no deployments at all a frequency of zero is known, yet it is where no service began.
  const hadAny = target.measure !== "frequency" || baseline.frequency.count > 0;
  if (!hadAny || now?.value == null || then?.value == null) return null;
  const base = { baselineText: then.text };
  if (isReached(target, now.value)) return { ...base, share: 1, isFurtherOff: false };
  const wanted = target.value * TARGETS[target.measure].perUnit;
  const way = wanted - then.value;
  const share = way === 0 ? 0 : (now.value - then.value) / way;
  // It stood at the target already, and left it: there is no way back that could be measured.
  if (isReached(target, then.value)) return { ...base, share: 0, isFurtherOff: true };
  return { ...base, share: Math.min(1, Math.max(0, share)), isFurtherOff: share < 0 };
}
