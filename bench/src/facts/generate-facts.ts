import { createHash } from "node:crypto";
import type { ScopedTold } from "@steadfast/core/delivery/scope";
import { readCDEvent } from "../../../packages/server/src/protocols/cdevents/read-cdevent.ts";
import { type Random, seededRandom } from "../guard/random.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** A deployment each so many changes, an incident each so many. */
const CHANGES_PER_DEPLOYMENT = 2;
const CHANGES_PER_INCIDENT = 40;
const TESTS_PER_RUN = 4;
const TEST_NAMES = 40;

export type GeneratedService = { readonly key: string; readonly facts: number };

/** A CDEvent, as a sender's body has it. */
export type GeneratedEvent = {
  readonly context: {
    readonly version: string;
    readonly id: string;
    readonly type: string;
    readonly timestamp: string;
  };
  readonly subject: object;
  readonly customData: object;
};

/**
 * A year of a service's delivery, oldest change first: each change is opened, reviewed and merged, its pipeline queues, runs and tests; every second one is deployed,
 * every fortieth brings an incident.
 */
export function* generateEvents({ key, facts }: GeneratedService, nowMs: number): Generator<GeneratedEvent> {
  const random = seededRandom(Number.parseInt(sha(key).slice(0, 8), 16));
  const perChange = 3 + 3 + TESTS_PER_RUN + 1 / CHANGES_PER_DEPLOYMENT + 2 / CHANGES_PER_INCIDENT;
  const everyMs = YEAR_MS / Math.ceil(facts / perChange);
  let made = 0;
  for (let index = 0; made < facts; index += 1) {
    for (const event of changeEvents(key, index, nowMs - YEAR_MS + index * everyMs, random)) {
      if (made >= facts) return;
      made += 1;
      yield event;
    }
  }
}

/** What the server takes each of them for. */
export function tellingOf(event: GeneratedEvent): ScopedTold {
  const meaning = readCDEvent(event);
  if (meaning.outcome !== "told") throw new Error(`nothing is told by ${event.context.type}`);
  return meaning.telling;
}

function* changeEvents(key: string, index: number, openedMs: number, random: Random): Generator<GeneratedEvent> {
  const repository = `acme/${key}`;
  const revision = sha(`${key} ${index}`);
  const event = (type: string, atMs: number, subject: object, customData: object = {}): GeneratedEvent => {
    const id = `${key}-${index}-${type}-${Math.round(atMs)}`;
    const of = { id, source: `/${repository}`, type: `dev.cdevents.${type}.0.2.0` };
    return { context: { version: "0.4.1", ...of, timestamp: new Date(atMs).toISOString() }, subject, customData };
  };
  const hours = (median: number) => median * Math.exp(random.normal()) * HOUR_MS;
  const change = { id: String(index), content: { repository: { id: repository }, title: `Change ${index} of ${key}` } };
  const reviewedMs = openedMs + hours(4);
  const mergedMs = reviewedMs + hours(2);
  const size = { linesAdded: Math.round(hours(40) / HOUR_MS), linesRemoved: Math.round(hours(10) / HOUR_MS) };
  const firstCommitAt = new Date(openedMs - hours(8)).toISOString();
  yield event("change.created", openedMs, change, { author: `dev-${index % 12}`, firstCommitAt, ...size });
  yield event("change.reviewed", reviewedMs, change, { reviewer: `dev-${(index + 5) % 12}`, verdict: "approved" });
  yield event("change.merged", mergedMs, change, { mergeCommit: revision, commits: [revision] });

  const run = { id: `run-${key}-${index}`, content: { pipelineName: "build", outcome: "success" } };
  const at = { repository, revision };
  const startedMs = mergedMs + hours(0.05);
  const finishedMs = startedMs + hours(0.2);
  yield event("pipelinerun.queued", mergedMs, run, at);
  yield event("pipelinerun.started", startedMs, run, at);
  yield event("pipelinerun.finished", finishedMs, run, at);
  for (let test = 0; test < TESTS_PER_RUN; test += 1) {
    const name = `suite ${(index * TESTS_PER_RUN + test) % TEST_NAMES}`;
    const outcome = random.uniform() < 0.02 ? "fail" : "pass";
    const content = { outcome, testCase: { id: name } };
    yield event("testcaserun.finished", finishedMs - test - 1, { id: `t-${key}-${index}-${test}`, content }, at);
  }
  const service = { id: key, content: { environment: { id: "production" } } };
  const deploymentId = `dep-${key}-${index}`;
  const deployedMs = finishedMs + hours(1);
  if (index % CHANGES_PER_DEPLOYMENT === 1) {
    const commits = [sha(`${key} ${index - 1}`), revision];
    yield event("service.deployed", deployedMs, service, { revision, commits, deploymentId, isPlanned: true });
  }
  if (index % CHANGES_PER_INCIDENT === CHANGES_PER_INCIDENT - 1) {
    const content = { service: { id: key }, environment: { id: "production" }, description: "Errors rose" };
    const incident = { id: `inc-${key}-${index}`, content };
    yield event("incident.detected", deployedMs + hours(0.5), incident, { causedBy: [deploymentId] });
    yield event("incident.resolved", deployedMs + hours(2) + HOUR_MS, incident);
  }
}

function sha(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
