import { deployedRepository } from "./deployed-repository.ts";
import type { FailureSign } from "./failure-sign.ts";
import { UNOWNED } from "./ownership.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";

/**
 * What each rollback says of the deployments that it took back. One that it names, or the only one it can mean, failed; of several (V1 → V2 → V3 → V1) it is not
 * proven which.
 */
export function rollbackSigns({ shipments }: ShippingLedger): readonly FailureSign[] {
  return shipments.filter(({ role }) => role === "rollback").flatMap((rollback) => signsOf(shipments, rollback));
}

function signsOf(shipments: readonly Shipment[], rollback: Shipment): readonly FailureSign[] {
  const named = shipments.find(({ fact, index }) => fact.id === rollback.fact.rollsBack && index < rollback.index);
  const suspects = named === undefined ? suspectsOf(shipments, rollback) : [named];
  const isProven = suspects.length === 1;
  const how = rollback.fact.isRollback ? "was recorded as a rollback" : "deployed an earlier revision";
  const which = suspects.map(({ fact }) => fact.name).join(", ");
  return suspects.map((suspect) => ({
    shipment: suspect.index,
    kind: "rollback",
    certainty: isProven ? "recorded" : "not-proven-which",
    evidence: isProven
      ? `${rollback.fact.name} ${how}`
      : `${rollback.fact.name} ${how}; it took back ${which} together`,
    givenAtMs: rollback.atMs,
    group: isProven ? null : rollback.fact.id,
    remedy: rollback.index,
    endedAtMs: null,
  }));
}

/** Deployments in place since the revision that is deployed again last ran; where that is not known, the last one of the same kind. Of the same repository, all of them. */
function suspectsOf(shipments: readonly Shipment[], rollback: Shipment): readonly Shipment[] {
  const suspects: Shipment[] = [];
  const repository = deployedRepository(rollback.fact);
  for (let index = rollback.index - 1; index >= 0; index -= 1) {
    const shipment = shipments[index];
    if (shipment === undefined || shipment.fact.kind !== rollback.fact.kind) continue;
    if (deployedRepository(shipment.fact) !== repository) continue;
    if (rollback.revisionOwner === UNOWNED || rollback.revisionOwner === rollback.index)
      return shipment.role === "rollback" ? [] : [shipment];
    // What was deployed before a rollback was judged by that rollback.
    if (shipment.role === "rollback" || shipment.revisionOwner <= rollback.revisionOwner) break;
    suspects.unshift(shipment);
  }
  return suspects;
}
