import { distributionOfSorted, groupedMedianInterval, sortedOf } from "./distribution.ts";
import type { LeadTime } from "./report.ts";
import type { ShippedRequest } from "./shipped-changes.ts";
import type { WindowView } from "./window-view.ts";

/** From a commit's author's (or committer's) date to the finish of the deployment that first shipped it. */
export function commitLeadTime({ leadsMs, counted }: WindowView, from: "authored" | "committed"): LeadTime {
  return leadTimeOf(leadsMs[from], counted.shipments);
}

/** From the first commit of a pull request; `null` where none was shipped in the window. */
export function changeLeadTime(requests: readonly ShippedRequest[]): LeadTime | null {
  if (requests.length === 0) return null;
  return leadTimeOf(
    Float64Array.from(requests, ({ staged, shipment }) => (staged === null ? -1 : shipment.atMs - staged.startMs)),
    Int32Array.from(requests, ({ shipment }) => shipment.index),
  );
}

/** Negative values (clock skew, rebase) are counted and left out. */
function leadTimeOf(values: Float64Array, groups: Int32Array): LeadTime {
  const kept = new Float64Array(values.length);
  const keptGroups = new Int32Array(values.length);
  let count = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? -1;
    if (value < 0) continue;
    kept[count] = value;
    keptGroups[count] = groups[index] ?? 0;
    count += 1;
  }
  const measured = kept.subarray(0, count);
  const sorted = sortedOf(measured);
  return {
    ...distributionOfSorted(sorted),
    negative: values.length - count,
    medianInterval: groupedMedianInterval(measured, keptGroups.subarray(0, count), sorted),
  };
}
