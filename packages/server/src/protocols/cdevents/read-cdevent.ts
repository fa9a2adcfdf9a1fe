import { repositoryScope, type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import type { CDEvent } from "./cdevent-schema.ts";
import { CDEventFault, parseCDEvent } from "./parse-cdevent.ts";

/** How facts name CDEvents as their source. */
export const CDEVENTS_SOURCE = "cdevents";

export type Meaning =
  | { readonly outcome: "told"; readonly telling: ScopedTold }
  | { readonly outcome: "ignored"; readonly type: string };

/**
 * What a CDEvent tells. Its version is not looked at: types are known by their beginning, `dev.cdevents.<subject>.<predicate>.`.
 *
 * @throws {CDEventFault}
 * @see https://cdevents.dev/docs/
 */
export function readCDEvent(body: unknown): Meaning {
  const event = parseCDEvent(body);
  const [, subject = "", predicate = ""] = /^dev\.cdevents\.([a-z]+)\.([a-z]+)(\.|$)/.exec(event.context.type) ?? [];
  switch (subject) {
    case "change":
      return CHANGE_PREDICATES.has(predicate) ? told(changeTold(event, predicate)) : ignored(event);
    case "service":
      return SERVICE_PREDICATES.has(predicate) ? told(deploymentTold(event, predicate)) : ignored(event);
    case "incident":
      return told(incidentTold(event, predicate));
    case "pipelinerun":
      return event.customData.revision === undefined ? ignored(event) : told(runTold(event, predicate));
    case "testcaserun":
      return predicate === "finished" && event.customData.revision ? told(testTold(event)) : ignored(event);
    default:
      return ignored(event);
  }
}

const CHANGE_PREDICATES: ReadonlySet<string> = new Set(["created", "updated", "reviewed", "merged", "abandoned"]);
const SERVICE_PREDICATES: ReadonlySet<string> = new Set(["deployed", "upgraded", "rolledback"]);

function told(telling: ScopedTold): Meaning {
  return { outcome: "told", telling };
}

function ignored({ context }: CDEvent): Meaning {
  return { outcome: "ignored", type: context.type };
}

function common(event: CDEvent, kind: string) {
  const { context } = event;
  return { source: CDEVENTS_SOURCE, messageId: `${context.source} ${context.id} ${kind}`, atMs: context.timestamp };
}

function changeTold(event: CDEvent, predicate: string): ScopedTold {
  const { context, subject, customData: custom } = event;
  const repository = custom.repository ?? subject.content.repository?.id ?? subject.content.repository?.name;
  const at = context.timestamp;
  const { reviewer, verdict = "commented" } = custom;
  const isReview = predicate === "reviewed" && reviewer !== undefined;
  return {
    ...{ ...common(event, "change"), kind: "change", environment: null, scope: scopeOf(event, repository) },
    subject: repository === undefined ? subject.id : `${repository}#${subject.id}`,
    told: {
      ...{ repository, number: custom.number, title: subject.content.title ?? subject.content.description },
      ...{ author: custom.author, isAuthorBot: custom.isAuthorBot, firstCommitAtMs: custom.firstCommitAt },
      ...{ commits: custom.commits, linesAdded: custom.linesAdded, linesRemoved: custom.linesRemoved },
      openedAtMs: predicate === "created" ? at : undefined,
      reviews: isReview ? [{ reviewer, isBot: false, atMs: at, verdict }] : undefined,
      mergedAtMs: predicate === "merged" ? at : undefined,
      mergeCommit: predicate === "merged" ? (custom.mergeCommit ?? custom.revision) : undefined,
      abandonedAtMs: predicate === "abandoned" ? at : undefined,
    },
  };
}

function deploymentTold(event: CDEvent, predicate: string): ScopedTold {
  const { context, subject, customData: custom } = event;
  const service = custom.service ?? subject.id;
  const environment = subject.content.environment?.id ?? subject.content.environment?.name ?? "production";
  const isRollback = predicate === "rolledback";
  return {
    ...{ ...common(event, "deployment"), kind: "deployment", scope: serviceScope(service), environment },
    subject: custom.deploymentId ?? context.id,
    told: {
      ...{ service, environment, revision: custom.revision, previousRevision: custom.previousRevision },
      ...{ commits: custom.commits, finishedAtMs: context.timestamp, outcome: "succeeded" },
      ...{ isPlanned: custom.isPlanned, remediates: custom.remediates, rollsBack: custom.rollsBack, isRollback },
    },
  };
}

function incidentTold(event: CDEvent, predicate: string): ScopedTold {
  const { context, subject, customData: custom } = event;
  const { content: what } = subject;
  const service = custom.service ?? what.service?.id ?? what.service?.name;
  if (service === undefined) throw new CDEventFault("/subject/content/service is missing: whose incident is it?");
  const environment = what.environment?.id ?? what.environment?.name ?? "production";
  const isOver = predicate === "resolved";
  return {
    ...{ ...common(event, "incident"), kind: "incident", scope: serviceScope(service), environment },
    subject: subject.id,
    told: {
      ...{ title: what.description, causedBy: custom.causedBy },
      detectedAtMs: isOver ? undefined : context.timestamp,
      resolvedAtMs: isOver ? context.timestamp : undefined,
    },
  };
}

function runTold(event: CDEvent, predicate: string): ScopedTold {
  const { context, subject, customData: custom } = event;
  const at = context.timestamp;
  const isOver = predicate === "finished";
  return {
    ...{ ...common(event, "run"), kind: "pipeline-run", subject: subject.id, environment: null },
    scope: scopeOf(event, custom.repository),
    told: {
      ...{ name: subject.content.pipelineName, url: subject.content.uri, revision: custom.revision },
      queuedAtMs: predicate === "queued" ? at : undefined,
      startedAtMs: predicate === "started" ? at : undefined,
      finishedAtMs: isOver ? at : undefined,
      outcome: isOver ? (OUTCOMES.get(subject.content.outcome ?? "") ?? "cancelled") : undefined,
    },
  };
}

const OUTCOMES = new Map([
  ["success", "succeeded" as const],
  ["failure", "failed" as const],
  ["error", "failed" as const],
]);

function testTold(event: CDEvent): ScopedTold {
  const { context, subject, customData: custom } = event;
  const { outcome = "", testCase, uri } = subject.content;
  return {
    ...{ ...common(event, "test"), kind: "test-run", subject: subject.id, environment: null },
    scope: scopeOf(event, custom.repository),
    told: {
      ...{ test: testCase?.id ?? testCase?.name ?? subject.id, url: uri, revision: custom.revision },
      ...{ finishedAtMs: context.timestamp, durationMs: custom.durationMs },
      outcome: TEST_OUTCOMES.get(outcome) ?? "skipped",
    },
  };
}

const TEST_OUTCOMES = new Map([
  ["pass", "passed" as const],
  ["success", "passed" as const],
  ["fail", "failed" as const],
  ["failure", "failed" as const],
  ["error", "failed" as const],
]);

function scopeOf(event: CDEvent, repository: string | undefined): string {
  if (repository !== undefined) return repositoryScope(repository);
  if (event.customData.service !== undefined) return serviceScope(event.customData.service);
  throw new CDEventFault("/customData/repository is missing: whose is it? Name a repository or a service");
}
