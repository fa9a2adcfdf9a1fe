import { repositoryScope, type ScopedTold } from "@steadfast/core/delivery/scope";
import type { PlainSpan } from "./plain-span.ts";

/** How facts name spans of CI/CD as their source. */
const OTLP_SOURCE = "otlp";

const ID_MAX_CHARACTERS = 500;
/** `9999-12-31`: what no clock says is no moment. */
const MOMENT_MAX_MS = 253_402_300_799_999;
const STATUS_ERROR = 2;
const REVISION_PATTERN = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const REPOSITORY_PATTERN = /^[\w.-]+(?:\/[\w.-]+){0,5}$/;

export type CicdMeaning =
  | { readonly outcome: "told"; readonly telling: ScopedTold }
  /** Of no pipeline and no test. */
  | { readonly outcome: "ignored" }
  /** Of one, and without what it takes to say whose. */
  | { readonly outcome: "refused"; readonly missing: string };

type Moment = Pick<ScopedTold, "subject" | "source" | "messageId" | "atMs" | "scope" | "environment">;

/**
 * What a span of a CI/CD system tells: a pipeline's run, its wait, or a test's run. Tasks and steps of a run tell nothing that is measured.
 *
 * @see OpenTelemetry semantic conventions 1.45: cicd/cicd-spans, resource/cicd, attributes-registry/test, attributes-registry/vcs
 */
export function readCicdSpan(span: PlainSpan): CicdMeaning {
  const own = span.attributes;
  const isTest = own.has("test.case.name");
  if (!isTest && !isRun(own)) return { outcome: "ignored" };

  const of = (name: string) => own.get(name) ?? span.resource.get(name);
  const repository = repositoryOf(of);
  if (repository === undefined) return refused("vcs.repository.url.full (or vcs.owner.name and vcs.repository.name)");
  const revision = of("vcs.ref.head.revision")?.toLowerCase();
  if (revision === undefined || !REVISION_PATTERN.test(revision)) return refused("vcs.ref.head.revision, a whole one");
  const { startMs, endMs } = span;
  if (startMs <= 0 || endMs < startMs || endMs > MOMENT_MAX_MS) return refused("a beginning, and an end after it");
  const runId = of("cicd.pipeline.run.id")?.slice(0, ID_MAX_CHARACTERS);
  if (!isTest && !runId) return refused("cicd.pipeline.run.id");

  const subject = isTest ? `${repository}#${span.id}` : `${repository}#${runId}`;
  const common: Moment = {
    ...{ subject, source: OTLP_SOURCE, messageId: span.id, atMs: endMs, environment: null },
    scope: repositoryScope(repository),
  };
  const telling = isTest ? testTold(span, common, revision, of) : runTold(span, common, revision, of);
  return { outcome: "told", telling };
}

/** The run's id stands in the resource of all its spans: a run is what has its result, name or state of its own, and is no task. */
function isRun(own: ReadonlyMap<string, string>): boolean {
  if (own.has("cicd.pipeline.task.name") || own.has("cicd.pipeline.task.run.id")) return false;
  return RUN_ATTRIBUTES.some((name) => own.has(name));
}

const RUN_ATTRIBUTES = [
  "cicd.pipeline.result",
  "cicd.pipeline.name",
  "cicd.pipeline.run.id",
  "cicd.pipeline.run.state",
] as const;

type Lookup = (name: string) => string | undefined;

function runTold(span: PlainSpan, common: Moment, revision: string, of: Lookup): ScopedTold {
  const { startMs, endMs } = span;
  const base = { name: of("cicd.pipeline.name") ?? span.name, url: of("cicd.pipeline.run.url.full"), revision };
  if (of("cicd.pipeline.run.state") === "pending") {
    return { ...common, kind: "pipeline-run", told: { ...base, queuedAtMs: startMs, startedAtMs: endMs } };
  }
  const result = of("cicd.pipeline.result");
  const outcome = result === undefined ? undefined : (OUTCOMES.get(result) ?? "cancelled");
  const said = outcome ?? (span.statusCode === STATUS_ERROR ? "failed" : undefined);
  return {
    ...common,
    kind: "pipeline-run",
    told: { ...base, startedAtMs: startMs, finishedAtMs: endMs, outcome: said },
  };
}

const OUTCOMES = new Map([
  ["success", "succeeded" as const],
  ["failure", "failed" as const],
  ["error", "failed" as const],
  ["timeout", "failed" as const],
]);

function testTold(span: PlainSpan, common: Moment, revision: string, of: Lookup): ScopedTold {
  const { attributes, startMs, endMs } = span;
  const suite = attributes.get("test.suite.name");
  const name = attributes.get("test.case.name") ?? "";
  const outcome = TEST_OUTCOMES.get(attributes.get("test.case.result.status") ?? "") ?? "skipped";
  const test = (suite === undefined ? name : `${suite} ${name}`).slice(0, ID_MAX_CHARACTERS);
  return {
    ...common,
    kind: "test-run",
    told: {
      ...{ test, url: of("cicd.pipeline.run.url.full"), revision },
      ...{ finishedAtMs: endMs, durationMs: endMs - startMs, outcome },
    },
  };
}

const TEST_OUTCOMES = new Map([
  ["pass", "passed" as const],
  ["fail", "failed" as const],
]);

/** `owner/name`, from its address or from its parts. */
function repositoryOf(of: Lookup): string | undefined {
  const address = of("vcs.repository.url.full");
  const path = address === undefined ? undefined : pathOf(address);
  const [owner, name] = [of("vcs.owner.name"), of("vcs.repository.name")];
  const parts = owner === undefined || name?.includes("/") ? name : `${owner}/${name ?? ""}`;
  return [path, parts].find((each) => each !== undefined && REPOSITORY_PATTERN.test(each));
}

function pathOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  return new URL(address).pathname
    .replace(/^\/+/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
}

function refused(missing: string): CicdMeaning {
  return { outcome: "refused", missing };
}
