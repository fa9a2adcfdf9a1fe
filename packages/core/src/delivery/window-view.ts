import type { MeasureOptions } from "./report.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";

/** What a window measures of a ledger. */
export type WindowView = {
  readonly ledger: ShippingLedger;
  readonly options: MeasureOptions;
  /** `fromMs ≤ at < toMs`, in order. */
  readonly shipments: readonly Shipment[];
  /** The commits that count, shipped in the window by a deployment whose history is measured: no merge, no duplicate, only the package's. */
  readonly counted: CountedCommits;
  /** From the author's (committer's) date of each counted commit to its shipment; below zero where that date is the later one. */
  readonly leadsMs: { readonly authored: Float64Array; readonly committed: Float64Array };
  /** How many counted commits each shipment of the ledger has. */
  readonly sizes: Int32Array;
  readonly merges: number;
  readonly duplicates: number;
};

/** In columns, in the order of their shipments: commit `commits[i]` was shipped by `ledger.shipments[shipments[i]]`. */
export type CountedCommits = { readonly commits: Int32Array; readonly shipments: Int32Array };

export function viewWindow(ledger: ShippingLedger, options: MeasureOptions): WindowView {
  const { graph, isDuplicate } = ledger;
  const only = options.onlyCommits ?? null;
  const shipments = ledger.shipments.filter(({ atMs }) => options.fromMs <= atMs && atMs < options.toMs);
  const { start, commits: shipped } = ledger.shipped;
  const counted = { commits: new Int32Array(shipped.length), shipments: new Int32Array(shipped.length) };
  const authored = new Float64Array(shipped.length);
  const committed = new Float64Array(shipped.length);
  const sizes = new Int32Array(ledger.shipments.length);
  let count = 0;
  let merges = 0;
  let duplicates = 0;
  for (const shipment of shipments) {
    if (!isMeasured(shipment)) continue;
    const first = count;
    const end = start[shipment.index + 1] ?? 0;
    for (let place = start[shipment.index] ?? 0; place < end; place += 1) {
      const commit = shipped[place] ?? 0;
      if (only !== null && !only.has(graph.texts.sha(commit))) continue;
      if (graph.isMerge[commit] === 1) merges += 1;
      else if (isDuplicate[commit] === 1) duplicates += 1;
      else {
        counted.commits[count] = commit;
        counted.shipments[count] = shipment.index;
        authored[count] = shipment.atMs - (graph.authoredAtMs[commit] ?? Number.NaN);
        committed[count] = shipment.atMs - (graph.committedAtMs[commit] ?? Number.NaN);
        count += 1;
      }
    }
    sizes[shipment.index] = count - first;
  }
  return {
    ledger,
    options,
    shipments,
    counted: { commits: counted.commits.subarray(0, count), shipments: counted.shipments.subarray(0, count) },
    leadsMs: { authored: authored.subarray(0, count), committed: committed.subarray(0, count) },
    sizes,
    merges,
    duplicates,
  };
}

/** The baseline's history is not its own work, and a rollback ships nothing. */
export function isMeasured({ role }: Shipment): boolean {
  return role === "shipped" || role === "redeployment" || role === "unknown";
}
