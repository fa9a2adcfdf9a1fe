import { distributionOf, groupedMedianInterval } from "./distribution.ts";
import type { LeadTime, MeasuredChange } from "./report.ts";
import type { WindowView } from "./window-view.ts";

/** From a commit's author's (or committer's) date to the finish of the deployment that first shipped it. */
export function commitLeadTime(view: WindowView, from: "authoredAtMs" | "committedAtMs"): LeadTime {
  const { commits } = view.ledger.graph;
  const values = view.counted.map(({ commit, shipment }) => shipment.atMs - (commits[commit]?.[from] ?? Number.NaN));
  return leadTimeOf(
    values,
    view.counted.map(({ shipment }) => shipment.index),
  );
}

/** From the first commit of a pull request; `null` where none was shipped in the window. */
export function changeLeadTime(changes: readonly MeasuredChange[]): LeadTime | null {
  const requests = changes.filter(({ unit }) => unit === "pull request");
  if (requests.length === 0) return null;
  const deployments = [...new Set(requests.map(({ deploymentId }) => deploymentId))];
  const groupOf = new Map(deployments.map((id, index) => [id, index]));
  const values = requests.map(({ leadMs }) => leadMs ?? -1);
  return leadTimeOf(
    values,
    requests.map(({ deploymentId }) => groupOf.get(deploymentId) ?? 0),
  );
}

/** Negative values (clock skew, rebase) are counted and left out. */
function leadTimeOf(values: readonly number[], groups: readonly number[]): LeadTime {
  const kept: number[] = [];
  const keptGroups: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? -1;
    if (value < 0) continue;
    kept.push(value);
    keptGroups.push(groups[index] ?? 0);
  }
  return {
    ...distributionOf(kept),
    negative: values.length - kept.length,
    medianInterval: groupedMedianInterval(kept, keptGroups),
  };
}
