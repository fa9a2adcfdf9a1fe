import type { IncidentFact } from "./facts.ts";
import type { FailureSign } from "./failure-sign.ts";
import { UNOWNED } from "./ownership.ts";
import type { UnlinkedFailure } from "./report.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";

/**
 * What incidents say of deployments: of those they name; else of the last one that was at most `attributionWindowMs` old when the incident was noticed. One that no
 * change caused is left out.
 */
export function incidentSigns(
  ledger: ShippingLedger,
  incidents: readonly IncidentFact[],
  attributionWindowMs: number,
  unlinked: UnlinkedFailure[],
): readonly FailureSign[] {
  if (incidents.length === 0) return [];
  const told = [...new Map(incidents.map((incident) => [incident.id, incident])).values()];
  const remedies = remediesOf(ledger.shipments);
  return told
    .filter(({ isCausedByChange }) => isCausedByChange !== false)
    .flatMap((incident): readonly FailureSign[] => {
      const named = [...new Set(incident.causedBy.flatMap((cause) => findCause(ledger, cause) ?? []))];
      const last =
        named.length > 0 ? undefined : lastBefore(ledger.shipments, incident.detectedAtMs, attributionWindowMs);
      const failed = last === undefined ? named : [last];
      if (failed.length === 0) {
        const why =
          incident.causedBy.length > 0
            ? `what it names as its cause is not among the deployments: ${incident.causedBy.slice(0, 3).join(", ")}`
            : "no deployment was recent enough when it was noticed";
        unlinked.push({ kind: "incident-window", evidence: incident.title, atMs: incident.detectedAtMs, why });
      }
      return failed.map((shipment) => ({
        shipment: shipment.index,
        kind: last === undefined ? "incident-cause" : "incident-window",
        certainty: last === undefined ? "explicit" : "possible",
        evidence: incident.title,
        givenAtMs: incident.detectedAtMs,
        group: null,
        remedy: remedies.get(incident.id) ?? null,
        endedAtMs: incident.resolvedAtMs,
      }));
    });
}

/** The first deployment that says it mends an incident. */
function remediesOf(shipments: readonly Shipment[]): ReadonlyMap<string, number> {
  const remedies = new Map<string, number>();
  for (const { fact, index } of shipments)
    for (const id of fact.remediates) if (!remedies.has(id)) remedies.set(id, index);
  return remedies;
}

/** By deployment id, by the revision that it deployed, or by a commit that it brought. */
function findCause({ graph, owners, shipments }: ShippingLedger, cause: string): Shipment | undefined {
  const byId = shipments.find(
    ({ fact, role }) => role !== "rollback" && (fact.id === cause || fact.revision === cause),
  );
  if (byId !== undefined) return byId;
  const commit = graph.texts.indexOf(cause);
  return commit === undefined ? undefined : shipments[owners[commit] ?? UNOWNED];
}

/** Binary search: incidents may be many. */
function lastBefore(shipments: readonly Shipment[], atMs: number, windowMs: number): Shipment | undefined {
  let low = 0;
  let high = shipments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shipments[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  for (let index = low - 1; index >= 0; index -= 1) {
    const shipment = shipments[index];
    if (shipment === undefined || atMs - shipment.atMs > windowMs) return undefined;
    if (shipment.role !== "rollback") return shipment;
  }
  return undefined;
}
