import { isMerge } from "./commit-graph.ts";
import type { MeasureOptions } from "./report.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";

/** What a window measures of a ledger. */
export type WindowView = {
  readonly ledger: ShippingLedger;
  readonly options: MeasureOptions;
  /** `fromMs ≤ at < toMs`, in order. */
  readonly shipments: readonly Shipment[];
  /** The commits that count, shipped in the window by a deployment whose history is measured: no merge, no duplicate, only the package's. */
  readonly counted: readonly ShippedCommit[];
  readonly merges: number;
  readonly duplicates: number;
};

export type ShippedCommit = { readonly commit: number; readonly shipment: Shipment };

export function viewWindow(ledger: ShippingLedger, options: MeasureOptions): WindowView {
  const { graph, isDuplicate } = ledger;
  const only = options.onlyCommits ?? null;
  const shipments = ledger.shipments.filter(({ atMs }) => options.fromMs <= atMs && atMs < options.toMs);
  const counted: ShippedCommit[] = [];
  let merges = 0;
  let duplicates = 0;
  for (const shipment of shipments) {
    if (!isMeasured(shipment)) continue;
    for (const commit of shipment.commits) {
      const fact = graph.commits[commit];
      if (fact === undefined || (only !== null && !only.has(fact.sha))) continue;
      if (isMerge(fact)) merges += 1;
      else if (isDuplicate[commit] === 1) duplicates += 1;
      else counted.push({ commit, shipment });
    }
  }
  return { ledger, options, shipments, counted, merges, duplicates };
}

/** The baseline's history is not its own work, and a rollback ships nothing. */
export function isMeasured({ role }: Shipment): boolean {
  return role === "shipped" || role === "redeployment" || role === "unknown";
}
