import type { ArmCounts, UnitCounts } from "./counts.ts";
import { mergeHistograms } from "./histogram.ts";

/** The sum of two windows, or of two nodes' parts of one window, of the same arm and source. */
export function mergeArmCounts(a: ArmCounts, b: ArmCounts): ArmCounts {
  const latency = a.latency && b.latency ? mergeHistograms(a.latency, b.latency) : (a.latency ?? b.latency);
  const groups = a.groups && b.groups ? mergeGroups(a.groups, b.groups) : (a.groups ?? b.groups);
  const units = a.units && b.units ? mergeUnits(a.units, b.units) : (a.units ?? b.units);
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    ...(latency && { latency }),
    ...(groups && { groups }),
    ...(units && { units }),
  };
}

type Groups = NonNullable<ArmCounts["groups"]>;

function mergeGroups(a: Groups, b: Groups): Groups {
  return {
    requests: a.requests.map((count, group) => count + (b.requests[group] ?? 0)),
    failures: a.failures.map((count, group) => count + (b.failures[group] ?? 0)),
  };
}

function mergeUnits(a: UnitCounts, b: UnitCounts): UnitCounts {
  return { seen: a.seen + b.seen, failed: a.failed + b.failed, firstSeen: a.firstSeen + b.firstSeen };
}
