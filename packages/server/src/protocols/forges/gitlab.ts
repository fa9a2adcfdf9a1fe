import type { ReviewFact } from "@steadfast/core/delivery/facts";
import { repositoryScope, type ScopedTold, WHERE_IT_RUNS } from "@steadfast/core/delivery/scope";
import type { z } from "zod";
import { environmentOf } from "./environment-of.ts";
import {
  commitId,
  deploymentName,
  type ForgeMessage,
  IGNORED,
  type MessageMeaning,
  pushedCommits,
  UNKNOWN,
} from "./forge-message.ts";
import { RELEASES_ENVIRONMENT } from "./github.ts";
import { messages } from "./gitlab-messages.ts";
import { incidentPlaces, leaving, toldIn } from "./incident-places.ts";

const SOURCE = "gitlab";

/** Events that are sent anyway and tell nothing of delivery: a job is part of its pipeline, a flag of GitLab's is nobody's deployment. */
const IGNORED_EVENTS: ReadonlySet<string> = new Set([
  "Tag Push Hook",
  "Job Hook",
  "Wiki Page Hook",
  "Feature Flag Hook",
]);

type Message<Name extends keyof typeof messages> = z.infer<(typeof messages)[Name]>;
type CommonOf = (path: string) => Pick<ScopedTold, "source" | "messageId" | "scope">;

/**
 * What a GitLab webhook's message tells.
 *
 * @throws {z.ZodError} when the body is not what the event's type promises
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function readGitLabMessage({ event, messageId, body }: ForgeMessage): MessageMeaning {
  if (IGNORED_EVENTS.has(event)) return IGNORED;
  const common: CommonOf = (path) => ({ source: SOURCE, messageId, scope: repositoryScope(path) });
  switch (event) {
    case "Push Hook":
      return readPush(messages["Push Hook"].parse(body), common);
    case "commit":
      return readCommit(messages.commit.parse(body), common);
    case "approval": {
      const { user, project: of, object_attributes: given } = messages.approval.parse(body);
      const review = { ...reviewerOf(user), atMs: given.created_at, verdict: "approved" as const };
      return reviewTold(of.path_with_namespace, given.iid, review, common);
    }
    case "merge_request_commits":
      return readRequestCommits(messages.merge_request_commits.parse(body), common);
    case "Note Hook":
      return readNote(messages["Note Hook"].parse(body), common);
    case "Merge Request Hook":
      return readMergeRequest(messages["Merge Request Hook"].parse(body), common);
    case "Pipeline Hook":
      return readPipeline(messages["Pipeline Hook"].parse(body), common);
    case "Deployment Hook":
      return readDeployment(messages["Deployment Hook"].parse(body), common);
    case "Release Hook":
      return readRelease(messages["Release Hook"].parse(body), common);
    case "Issue Hook":
      return readIssue(messages["Issue Hook"].parse(body), common);
    default:
      return UNKNOWN;
  }
}

function told(telling: ScopedTold): MessageMeaning {
  return { outcome: "told", tellings: [telling] };
}

function readPush({ project: of, ref, before, commits }: Message<"Push Hook">, common: CommonOf): MessageMeaning {
  const branch = of.default_branch ?? "main";
  if (ref !== `refs/heads/${branch}` || commits.length === 0) return IGNORED;
  const pushed = commits.map(({ author, ...commit }) => ({ ...commit, author: `${author.name} <${author.email}>` }));
  const push = { branch, before, commits: pushed, pushedAtMs: null };
  return { outcome: "told", tellings: pushedCommits(push, common(of.path_with_namespace)) };
}

function readCommit({ project: of, commit }: Message<"commit">, common: CommonOf): MessageMeaning {
  const [subject = "", ...body] = commit.message.split("\n");
  return told({
    ...{ kind: "commit", subject: commit.id, ...common(of.path_with_namespace), environment: null },
    atMs: commit.committed_date,
    told: {
      ...{ parents: commit.parent_ids, authoredAtMs: commit.authored_date, committedAtMs: commit.committed_date },
      ...{ author: `${commit.author_name} <${commit.author_email}>`, subject, body: body.join("\n").trim() },
    },
  });
}

function readRequestCommits(message: Message<"merge_request_commits">, common: CommonOf): MessageMeaning {
  const { project: of, merge_request: request, commits } = message;
  const path = of.path_with_namespace;
  return told({
    ...{ kind: "change", subject: `${path}!${request.iid}`, ...common(path), environment: null },
    atMs: Math.max(...commits.map((commit) => commit.created_at)),
    told: {
      firstCommitAtMs: Math.min(...commits.map((commit) => commit.authored_date)),
      commits: commits.map(({ id }) => id),
    },
  });
}

/** A remark on a merge request: somebody looked. */
function readNote(message: Message<"Note Hook">, common: CommonOf): MessageMeaning {
  const { user, project: of, object_attributes: note, merge_request: request } = message;
  if (note.noteable_type !== "MergeRequest" || note.system || request === undefined) return IGNORED;
  const review = { ...reviewerOf(user), atMs: note.created_at, verdict: "commented" as const };
  return reviewTold(of.path_with_namespace, request.iid, review, common);
}

function reviewerOf({ username }: { readonly username: string }) {
  return { reviewer: username, isBot: isBot(username) };
}

/** The users that GitLab makes for access tokens of projects and groups, and for service accounts: it tells of none that it is one. */
function isBot(username: string): boolean {
  return /^(project|group)_\d+_bot(_?\w+)?$|^service_account_/.test(username);
}

function reviewTold(path: string, iid: number, review: ReviewFact, common: CommonOf): MessageMeaning {
  return told({
    ...{ kind: "change", subject: `${path}!${iid}`, ...common(path), environment: null },
    ...{ atMs: review.atMs, told: { reviews: [review] } },
  });
}

/** By the last who had to approve, and by one of several: an import cannot tell these apart either. */
const APPROVALS: ReadonlySet<string> = new Set(["approved", "approval"]);

/** GitLab tells no time of the merge: the message that says so is of that moment. */
function readMergeRequest(message: Message<"Merge Request Hook">, common: CommonOf): MessageMeaning {
  const { user, project: of, object_attributes: request, changes } = message;
  const path = of.path_with_namespace;
  const review = { ...reviewerOf(user), atMs: request.updated_at };
  const isDraft = request.draft ?? request.work_in_progress;
  return told({
    ...{ kind: "change", subject: `${path}!${request.iid}`, ...common(path), environment: null },
    atMs: request.updated_at,
    told: {
      ...{ repository: path, number: request.iid, title: request.title, url: request.url },
      ...(request.action === "open" ? { author: user.username, isAuthorBot: isBot(user.username) } : {}),
      openedAtMs: request.created_at,
      readyAtMs: becameReady(changes) ? request.updated_at : isDraft ? null : undefined,
      reviews: APPROVALS.has(request.action) ? [{ ...review, verdict: "approved" }] : undefined,
      mergedAtMs: request.action === "merge" ? request.updated_at : request.state === "merged" ? undefined : null,
      abandonedAtMs: request.action === "close" ? request.updated_at : request.state === "closed" ? undefined : null,
      mergeCommit: mergedAs(request) ?? undefined,
      linesAdded: request.size?.additions,
      linesRemoved: request.size?.deletions,
      filesChanged: request.size?.fileCount,
    },
  });
}

/** GitLab makes a draft of a request whose title begins so. */
const DRAFT_TITLE = /^\s*(\[?(wip|draft)[\]:]|\(draft\))/i;

function becameReady({ draft, title }: Message<"Merge Request Hook">["changes"]): boolean {
  if (draft !== undefined) return draft.previous === true && draft.current !== true;
  return DRAFT_TITLE.test(title?.previous ?? "") && !DRAFT_TITLE.test(title?.current ?? "");
}

function mergedAs(request: Message<"Merge Request Hook">["object_attributes"]): string | null {
  if (request.state !== "merged") return null;
  return request.merge_commit_sha ?? request.squash_commit_sha ?? request.last_commit?.id ?? null;
}

function readPipeline(
  { project: of, object_attributes: run }: Message<"Pipeline Hook">,
  common: CommonOf,
): MessageMeaning {
  const path = of.path_with_namespace;
  const startedAtMs =
    run.finished_at !== null && run.duration !== null
      ? run.finished_at - run.duration * 1_000
      : run.created_at + (run.queued_duration ?? 0) * 1_000;
  return told({
    ...{ kind: "pipeline-run", subject: `${path}/pipeline/${run.id}`, ...common(path), environment: null },
    atMs: run.finished_at ?? startedAtMs,
    told: {
      ...{ name: run.name ?? "pipeline", url: run.url ?? null, revision: run.sha },
      ...{ queuedAtMs: run.created_at, startedAtMs, finishedAtMs: run.finished_at },
      outcome: run.finished_at === null ? null : (OUTCOMES.get(run.status) ?? "cancelled"),
    },
  });
}

const OUTCOMES = new Map([
  ["success", "succeeded" as const],
  ["failed", "failed" as const],
]);

/** Before GitLab 14.2 a deployment is known by the job that made it; before 13.12 nothing tells when it was, and it is of no use. */
function readDeployment(message: Message<"Deployment Hook">, common: CommonOf): MessageMeaning {
  const path = message.project.path_with_namespace;
  const isRunning = message.status === "running";
  const outcome = OUTCOMES.get(message.status) ?? (message.status === "canceled" ? ("aborted" as const) : undefined);
  if (!isRunning && outcome === undefined) return IGNORED;
  const { status_changed_at: atMs, deployment_id, deployable_id } = message;
  const id = deployment_id ?? (deployable_id == null ? undefined : `job/${deployable_id}`);
  if (atMs == null || id === undefined) return UNKNOWN;
  const environment = environmentOf(message.environment);
  const revision = commitId.safeParse(message.commit_url?.split("/").at(-1));
  const name = deploymentName(message.ref ?? "", revision.data ?? message.short_sha ?? "");
  return told({
    ...{ kind: "deployment", subject: `${path}@${id}`, ...common(path), environment, atMs },
    told: {
      ...{ environment, name: name || undefined, url: message.deployable_url ?? undefined },
      revision: revision.success ? revision.data : undefined,
      startedAtMs: isRunning ? atMs : undefined,
      finishedAtMs: isRunning ? undefined : atMs,
      outcome,
    },
  });
}

function readRelease(message: Message<"Release Hook">, common: CommonOf): MessageMeaning {
  if (message.action !== "create") return IGNORED;
  const path = message.project.path_with_namespace;
  return told({
    ...{ kind: "deployment", subject: `${path}@${message.tag}`, ...common(path) },
    ...{ environment: RELEASES_ENVIRONMENT, atMs: message.released_at },
    told: {
      ...{ kind: "release", environment: RELEASES_ENVIRONMENT, name: message.tag, url: message.url },
      ...{ revision: message.commit?.id, finishedAtMs: message.released_at, outcome: "succeeded" },
    },
  });
}

function readIssue(message: Message<"Issue Hook">, common: CommonOf): MessageMeaning {
  const { project: of, object_attributes: issue } = message;
  const path = of.path_with_namespace;
  const at = { kind: "incident" as const, subject: `${path}#${issue.iid}`, ...common(path), atMs: issue.updated_at };
  // For every environment: whichever it was told for.
  if (isNoIncidentAnyMore(message)) return told({ ...at, environment: null, told: { isRetracted: true } });
  if (!isIncident(message)) return IGNORED;
  const labels = message.labels.map(({ title }) => title);
  const before = message.changes.labels?.previous.map(({ title }) => title) ?? [];
  // What is an incident by its type alone is labelled as one of no place in particular.
  const places = incidentPlaces(["incident", ...labels]);
  const left = [...incidentPlaces(before), WHERE_IT_RUNS].filter((place) => !places.includes(place));
  const isOne = {
    ...{ title: issue.title, url: issue.url, detectedAtMs: issue.created_at },
    ...{ resolvedAtMs: issue.closed_at ?? null, isRetracted: false },
  };
  const isNone = { ...leaving(at), told: { isRetracted: true } };
  const tellings = [...toldIn(places, { ...at, told: isOne }), ...toldIn([...new Set(left)], isNone)];
  return { outcome: "told", tellings };
}

/** Before GitLab 17.2 an incident is known by the label that GitLab, or whoever opened it, gave it. */
function isIncident({ object_attributes: issue, labels }: Message<"Issue Hook">): boolean {
  return issue.type === undefined ? labels.some(isIncidentLabel) : issue.type.toLowerCase() === "incident";
}

function isIncidentLabel({ title }: { readonly title: string }): boolean {
  return incidentPlaces([title]).length > 0;
}

/** It was moved to another project, lost its label, or became an issue. GitLab tells nobody of one that is deleted. */
function isNoIncidentAnyMore(message: Message<"Issue Hook">): boolean {
  const { object_attributes: issue, changes } = message;
  if (issue.moved_to_id != null) return true;
  if (isIncident(message) || issue.action !== "update") return false;
  if (issue.type === undefined) return changes.labels?.previous.some(isIncidentLabel) ?? false;
  // GitLab does not name the type among what changed: a change of nothing else may be one. Of what was no incident nothing is taken back.
  return Object.keys(changes).every((field) => CHANGED_WITH_TYPE.has(field));
}

const CHANGED_WITH_TYPE: ReadonlySet<string> = new Set([
  ...["updated_at", "updated_by_id", "last_edited_at", "last_edited_by_id", "relative_position"],
  ...["type", "issue_type", "work_item_type_id", "severity", "labels"],
]);
