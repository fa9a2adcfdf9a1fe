import { isSilent } from "@steadfast/core/delivery/heard";
import { measureDelivery } from "@steadfast/core/delivery/measure";
import { openChangesOf } from "@steadfast/core/delivery/open-changes";
import type { MeasuredChange } from "@steadfast/core/delivery/report";
import { repositoryScope } from "@steadfast/core/delivery/scope";
import type { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { Heard } from "./heard.ts";
import type { deliveryReport } from "./report-schema.ts";
import type { HeardFacts } from "./service-facts.ts";
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

type Answer = z.infer<typeof deliveryReport>;
/** The guard's decisions come from the journal. */
type FromFacts = Omit<Answer, "guardDecisions" | "totals"> & { totals: Omit<Answer["totals"], "guardDecisions"> };

/** The report on a service that the API answers, made of its facts. */
export function toReport(facts: HeardFacts, of: ReportOf): FromFacts {
  const { fromMs, toMs } = of;
  const { deployments, changes, ...report } = measureDelivery(facts, { fromMs, toMs });
  const openChanges = openChangesOf(facts.changes);
  const incidents = facts.incidents
    .filter(({ detectedAtMs }) => fromMs <= detectedAtMs && detectedAtMs < toMs)
    .toSorted((a, b) => a.detectedAtMs - b.detectedAtMs);
  return storedAs<FromFacts>({
    ...{ service: of.service.key, environment: of.environment, target: of.service.target },
    ...report,
    totals: {
      ...{ deployments: deployments.length, changes: changes.length },
      ...{ openChanges: openChanges.length, incidents: incidents.length },
    },
    told: { commits: facts.commits.length, changes: facts.changes.length, deployments: facts.deployments.length },
    deployments: deployments.slice(-DEPLOYMENTS_TOLD_MAX),
    changes: changes.slice(-CHANGES_TOLD_MAX).map(toChange),
    openChanges: openChanges.slice(0, OPEN_CHANGES_TOLD_MAX).map(toOpenChange),
    sources: sourcesOf(facts.heard, of),
    incidents: incidents
      .slice(-INCIDENTS_TOLD_MAX)
      .map(({ id, title, url, detectedAtMs, resolvedAtMs }) => ({ id, title, url, detectedAtMs, resolvedAtMs })),
  });
}

/** Repositories of the service that nobody has told anything of stand there too: that is news. */
function sourcesOf(heard: readonly Heard[], { service, toMs }: ReportOf) {
  const told = heard.map(({ source, scope, tells, tellings, lastHeardAtMs }) => ({
    ...{ name: source, repository: repositoryOf(scope, service), tells: [...tells], tellings, lastHeardAtMs },
    isSilent: isSilent({ lastHeardAtMs }, toMs),
  }));
  const silent = service.repositories.filter((name) => !heard.some(({ scope }) => scope === repositoryScope(name)));
  const untold = { name: null, tells: [], tellings: 0, lastHeardAtMs: null, isSilent: false };
  return [...told, ...silent.map((repository) => ({ ...untold, repository }))];
}

/** As the service spells it; `null`: told for the service itself. */
function repositoryOf(scope: string, { repositories }: Service): string | null {
  return repositories.find((name) => scope === repositoryScope(name)) ?? null;
}

function toChange({ change, ...measured }: MeasuredChange) {
  return { ...measured, url: change?.url ?? null };
}

function toOpenChange({ change, waitsFor, waitsSinceMs }: ReturnType<typeof openChangesOf>[number]) {
  const { id, title, author, url, openedAtMs, linesAdded, linesRemoved } = change;
  const linesChanged = linesAdded === null && linesRemoved === null ? null : (linesAdded ?? 0) + (linesRemoved ?? 0);
  return { id, title, author, url, openedAtMs, linesChanged, waitsFor, waitsSinceMs };
}
