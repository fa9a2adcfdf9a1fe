import type { DeliveryFacts } from "@steadfast/core/delivery/facts";
import { measureDelivery } from "@steadfast/core/delivery/measure";
import { openChangesOf } from "@steadfast/core/delivery/open-changes";
import type { MeasuredChange } from "@steadfast/core/delivery/report";
import type { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { deliveryReport } from "./report-schema.ts";
import type { Service } from "./services.ts";

/** 2,000 deployments are 20 a day for a quarter; 5,000 changes are 50 a day. The figures are made of all of them. */
const DEPLOYMENTS_TOLD_MAX = 2_000;
const CHANGES_TOLD_MAX = 5_000;
const OPEN_CHANGES_TOLD_MAX = 500;
const INCIDENTS_TOLD_MAX = 500;

export type ReportOf = {
  readonly service: Service;
  readonly environment: string;
  readonly fromMs: number;
  readonly toMs: number;
};

/** The report on a service that the API answers. */
export function toReport(facts: DeliveryFacts, of: ReportOf): z.infer<typeof deliveryReport> {
  const { fromMs, toMs } = of;
  const { deployments, changes, ...report } = measureDelivery(facts, { fromMs, toMs });
  const incidents = facts.incidents.filter(({ detectedAtMs }) => fromMs <= detectedAtMs && detectedAtMs < toMs);
  return storedAs<z.infer<typeof deliveryReport>>({
    ...{ service: of.service.key, environment: of.environment, target: of.service.target },
    ...report,
    deployments: deployments.slice(-DEPLOYMENTS_TOLD_MAX),
    changes: changes.slice(-CHANGES_TOLD_MAX).map(toChange),
    openChanges: openChangesOf(facts.changes).slice(0, OPEN_CHANGES_TOLD_MAX).map(toOpenChange),
    incidents: incidents
      .slice(-INCIDENTS_TOLD_MAX)
      .map(({ id, title, url, detectedAtMs, resolvedAtMs }) => ({ id, title, url, detectedAtMs, resolvedAtMs })),
  });
}

function toChange({ change, ...measured }: MeasuredChange) {
  return { ...measured, url: change?.url ?? null };
}

function toOpenChange({ change, waitsFor, waitsSinceMs }: ReturnType<typeof openChangesOf>[number]) {
  const { id, title, author, url, openedAtMs, linesAdded, linesRemoved } = change;
  const linesChanged = linesAdded === null && linesRemoved === null ? null : (linesAdded ?? 0) + (linesRemoved ?? 0);
  return { id, title, author, url, openedAtMs, linesChanged, waitsFor, waitsSinceMs };
}
