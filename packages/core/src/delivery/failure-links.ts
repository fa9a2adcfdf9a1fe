import { compareText } from "./compare-text.ts";
import type { DeliveryFacts } from "./facts.ts";
import { CERTAINTY_ORDER, type FailureSign } from "./failure-sign.ts";
import { incidentSigns } from "./incident-signs.ts";
import { UNOWNED } from "./ownership.ts";
import type { FailureKind, FailureLink, UnlinkedFailure } from "./report.ts";
import { revertSigns } from "./revert-signs.ts";
import { rollbackSigns } from "./rollback-signs.ts";
import type { Shipment, ShippingLedger } from "./shipments.ts";

export type Failures = {
  /** One a failed deployment, by time. Links of one `group` count as one failure. */
  readonly links: readonly FailureLink[];
  readonly unlinked: readonly UnlinkedFailure[];
  /** Ids of all deployments that mended something of another one: of a deployment that was taken back piece by piece, every piece's. */
  readonly remedies: ReadonlySet<string>;
};

export type FailureOptions = {
  readonly attributionWindowMs: number;
  readonly nowMs: number;
  /** A revert among these says that the package failed; one of another package does not. `null`: of any. */
  readonly onlyCommits?: ReadonlySet<string> | null;
};

/**
 * Which deployments failed, by whose word, and what mended them. All facts count, whenever they came; which of the links a report shows is decided by when the
 * deployment was. An open failure is open at `nowMs`.
 */
export function linkFailures(
  ledger: ShippingLedger,
  facts: Pick<DeliveryFacts, "changes" | "incidents">,
  options: FailureOptions,
): Failures {
  const unlinked: UnlinkedFailure[] = [];
  const signs = [
    ...remedySigns(ledger),
    ...rollbackSigns(ledger),
    ...revertSigns(ledger, facts, options.onlyCommits ?? null, unlinked),
    ...incidentSigns(ledger, facts.incidents, options.attributionWindowMs, unlinked),
  ];
  const settled = settleGroups(signs);
  const links = settled.map((ofOne) => linkOf(ledger, ofOne, options.nowMs));
  const remedies = settled.flat().flatMap(({ remedy }) => ledger.shipments[remedy ?? UNOWNED]?.fact.id ?? []);
  return {
    links: links.sort((a, b) => a.shipment - b.shipment).map(({ link }) => link),
    unlinked: unlinked.sort((a, b) => a.atMs - b.atMs || compareText(a.evidence, b.evidence)),
    remedies: new Set(remedies),
  };
}

/** `remediates` may name a deployment; an incident that it names is followed by `incidentSigns`. */
function remedySigns({ shipments }: ShippingLedger): readonly FailureSign[] {
  const remedies = shipments.filter(({ fact }) => fact.remediates.length > 0);
  if (remedies.length === 0) return [];
  const byId = new Map(shipments.map((shipment) => [shipment.fact.id, shipment]));
  return remedies.flatMap((remedy) =>
    remedy.fact.remediates.flatMap((id): FailureSign[] => {
      const failed = byId.get(id);
      if (failed === undefined || failed.index === remedy.index) return [];
      const evidence = `${remedy.fact.name} says that it mends ${failed.fact.name}`;
      return [
        {
          shipment: failed.index,
          kind: "remediates",
          certainty: "explicit",
          evidence,
          givenAtMs: remedy.atMs,
          group: null,
          remedy: remedy.index,
          endedAtMs: null,
        },
      ];
    }),
  );
}

/**
 * Signs by deployment. Where several deployments were taken back together and any other sign names one of them, that one it was; the rest of the group is cleared.
 */
function settleGroups(signs: readonly FailureSign[]): readonly (readonly FailureSign[])[] {
  const named = new Set(signs.filter(({ group }) => group === null).map(({ shipment }) => shipment));
  const solved = new Set(
    signs.filter(({ group, shipment }) => group !== null && named.has(shipment)).map(({ group }) => group),
  );
  const kept = signs.filter(({ group, shipment }) => group === null || !solved.has(group) || named.has(shipment));
  return [...Map.groupBy(kept, ({ shipment }) => shipment).values()];
}

/** By certainty, then time, then words: not by the order in which facts are told. */
function compareSigns(a: FailureSign, b: FailureSign): number {
  const bySureness = CERTAINTY_ORDER.indexOf(a.certainty) - CERTAINTY_ORDER.indexOf(b.certainty);
  return bySureness || a.givenAtMs - b.givenAtMs || compareText(a.evidence, b.evidence);
}

const REVERT_KINDS: ReadonlySet<FailureKind> = new Set(["revert-sha", "revert-pull-request", "revert-title"]);

/** Of several reverts only those that shipped first speak: they began the recovery, so that a link's evidence and its recovery are of one deployment. */
function withoutLaterReverts(signs: readonly FailureSign[]): readonly FailureSign[] {
  const placeOf = ({ remedy }: FailureSign) => remedy ?? Number.POSITIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  for (const sign of signs) if (REVERT_KINDS.has(sign.kind)) first = Math.min(first, placeOf(sign));
  return signs.filter((sign) => !REVERT_KINDS.has(sign.kind) || placeOf(sign) === first);
}

/** The surest sign speaks; the earliest known end is the recovery, whichever sign tells it. */
function linkOf(
  { shipments }: ShippingLedger,
  signs: readonly FailureSign[],
  nowMs: number,
): { readonly shipment: number; readonly link: FailureLink } {
  const bySureness = [...withoutLaterReverts(signs)].sort(compareSigns);
  const surest = bySureness[0];
  const index = surest?.shipment ?? UNOWNED;
  const failed = shipments[index];
  const failedAtMs = failed?.atMs ?? 0;
  const ends = bySureness.flatMap((sign) => endOf(sign, shipments)).sort((a, b) => a.atMs - b.atMs);
  const end = ends[0];
  const link: FailureLink = {
    deploymentId: failed?.fact.id ?? "",
    release: failed?.fact.name ?? "",
    atMs: failedAtMs,
    failedBy: surest?.kind ?? "remediates",
    certainty: surest?.certainty ?? "possible",
    evidence: surest?.evidence ?? "",
    recoveredByDeploymentId: end?.remedy?.fact.id ?? null,
    recoveredBy: end?.remedy?.fact.name ?? null,
    recoveryMs: end === undefined ? null : Math.max(0, end.atMs - failedAtMs),
    openForMs: end === undefined ? Math.max(0, nowMs - failedAtMs) : null,
    group: surest?.group ?? null,
  };
  return { shipment: index, link };
}

type End = { readonly atMs: number; readonly remedy: Shipment | undefined };

function endOf(sign: FailureSign, shipments: readonly Shipment[]): readonly End[] {
  const remedy = sign.remedy === null ? undefined : shipments[sign.remedy];
  if (remedy !== undefined) return [{ atMs: remedy.atMs, remedy }];
  return sign.endedAtMs === null ? [] : [{ atMs: sign.endedAtMs, remedy: undefined }];
}
