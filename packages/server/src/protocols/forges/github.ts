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
import { messages, type user } from "./github-messages.ts";
import { incidentPlaces, leaving, toldIn } from "./incident-places.ts";

/** Where published releases go: they stand for deployments where nothing records those, and would count twice beside them. */
export const RELEASES_ENVIRONMENT = "releases";

const SOURCE = "github";

/** Events that are sent anyway and tell nothing of delivery. */
const IGNORED_EVENTS: ReadonlySet<string> = new Set([
  "ping",
  "deployment",
  "check_run",
  "check_suite",
  "create",
  "delete",
]);

type Common = Pick<ScopedTold, "source" | "messageId" | "scope">;

/**
 * What a GitHub webhook's message tells. Deployments are finished when the *status* says so, by its own time; `inactive` is no news of a deployment.
 *
 * @throws {z.ZodError} when the body is not what the event's type promises
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export function readGitHubMessage({ event, messageId, body }: ForgeMessage): MessageMeaning {
  if (IGNORED_EVENTS.has(event)) return IGNORED;
  const common = (fullName: string): Common => ({ source: SOURCE, messageId, scope: repositoryScope(fullName) });
  switch (event) {
    case "pull_request":
      return readPullRequest(messages.pull_request.parse(body), common);
    case "pull_request_review":
      return readReview(messages.pull_request_review.parse(body), common);
    case "push":
      return readPush(messages.push.parse(body), common);
    case "commit":
      return readCommit(messages.commit.parse(body), common);
    case "pull_request_commits":
      return readRequestCommits(messages.pull_request_commits.parse(body), common);
    case "deployment_status":
      return readDeploymentStatus(messages.deployment_status.parse(body), common);
    case "workflow_run":
      return readWorkflowRun(messages.workflow_run.parse(body), common);
    case "release":
      return readRelease(messages.release.parse(body), common);
    case "issues":
      return readIssue(messages.issues.parse(body), common);
    default:
      return UNKNOWN;
  }
}

type CommonOf = (fullName: string) => Common;
type Message<Name extends keyof typeof messages> = z.infer<(typeof messages)[Name]>;

function told(telling: ScopedTold): MessageMeaning {
  return { outcome: "told", tellings: [telling] };
}

function readPullRequest(message: Message<"pull_request">, common: CommonOf): MessageMeaning {
  const { action, repository: of, pull_request: request } = message;
  return told({
    ...{ kind: "change", subject: `${of.full_name}#${request.number}`, ...common(of.full_name), environment: null },
    atMs: request.updated_at,
    told: {
      ...{ repository: of.full_name, number: request.number, title: request.title, url: request.html_url },
      ...{ author: request.user?.login ?? "", isAuthorBot: isBot(request.user), openedAtMs: request.created_at },
      readyAtMs: action === "ready_for_review" ? request.updated_at : request.draft ? null : undefined,
      mergedAtMs: request.merged_at,
      abandonedAtMs: request.merged_at === null ? request.closed_at : null,
      mergeCommit: request.merged_at === null ? null : request.merge_commit_sha,
      linesAdded: request.additions ?? undefined,
      linesRemoved: request.deletions ?? undefined,
      filesChanged: request.changed_files ?? undefined,
    },
  });
}

function readReview(message: Message<"pull_request_review">, common: CommonOf): MessageMeaning {
  const { action, repository: of, pull_request: request, review } = message;
  const verdict = VERDICTS.get(review.state.toLowerCase());
  if (action !== "submitted" || verdict === undefined || review.submitted_at === null) return IGNORED;
  const given = { reviewer: review.user?.login ?? "", isBot: isBot(review.user), atMs: review.submitted_at, verdict };
  return told({
    ...{ kind: "change", subject: `${of.full_name}#${request.number}`, ...common(of.full_name), environment: null },
    ...{ atMs: review.submitted_at, told: { reviews: [given] } },
  });
}

const VERDICTS = new Map([
  ["approved", "approved" as const],
  ["changes_requested", "changes-requested" as const],
  ["commented", "commented" as const],
]);

function readCommit({ repository: of, commit }: Message<"commit">, common: CommonOf): MessageMeaning {
  const { author, committer, message } = commit.commit;
  const [subject = "", ...body] = message.split("\n");
  return told({
    ...{ kind: "commit", subject: commit.sha, ...common(of.full_name), environment: null, atMs: committer.date },
    told: {
      parents: commit.parents.map(({ sha }) => sha),
      ...{ authoredAtMs: author.date, committedAtMs: committer.date, author: `${author.name} <${author.email}>` },
      ...{ subject, body: body.join("\n").trim() },
    },
  });
}

function readRequestCommits(message: Message<"pull_request_commits">, common: CommonOf): MessageMeaning {
  const { repository: of, pull_request: request, commits } = message;
  if (commits.length === 0) return IGNORED;
  return told({
    ...{ kind: "change", subject: `${of.full_name}#${request.number}`, ...common(of.full_name), environment: null },
    atMs: request.updated_at,
    told: {
      firstCommitAtMs: Math.min(...commits.map((each) => each.commit.author.date)),
      commits: commits.map(({ sha }) => sha),
    },
  });
}

function readPush(message: Message<"push">, common: CommonOf): MessageMeaning {
  const { repository: of, before, head_commit: head } = message;
  if (message.ref.startsWith(TAG_REF) && head !== null)
    return readTag(message.ref.slice(TAG_REF.length), head, of, common);
  if (message.ref !== `refs/heads/${of.default_branch}` || message.commits.length === 0) return IGNORED;
  const commits = message.commits.map(({ author, ...commit }) => ({
    ...commit,
    author: `${author.name} <${author.email ?? ""}>`,
  }));
  // A webhook's `pushed_at` is in seconds, the API's is a time.
  const pushedAtMs = of.pushed_at === null ? null : of.pushed_at < 1e11 ? of.pushed_at * 1_000 : of.pushed_at;
  const push = { branch: of.default_branch, before, commits, pushedAtMs };
  return { outcome: "told", tellings: pushedCommits(push, common(of.full_name)) };
}

const TAG_REF = "refs/tags/";

/** Where a release of this tag stands in the history: the release itself mostly names a branch. Alone it is no deployment. */
function readTag(
  tag: string,
  head: { readonly id: string; readonly timestamp: number },
  of: Message<"push">["repository"],
  common: CommonOf,
): MessageMeaning {
  return told({
    ...{ kind: "deployment", subject: `${of.full_name}@${tag}`, ...common(of.full_name) },
    ...{ environment: null, atMs: head.timestamp, told: { revision: head.id } },
  });
}

function readDeploymentStatus(message: Message<"deployment_status">, common: CommonOf): MessageMeaning {
  const { repository: of, deployment, deployment_status: status } = message;
  const became = DEPLOYMENT_STATES.get(status.state);
  if (became === undefined) return IGNORED;
  const finishedAtMs = became === "running" ? undefined : status.created_at;
  return told({
    ...{ kind: "deployment", subject: `${of.full_name}@${deployment.id}`, ...common(of.full_name) },
    ...{ environment: environmentOf(deployment.environment), atMs: status.created_at },
    told: {
      ...{ environment: environmentOf(deployment.environment), revision: deployment.sha },
      name: deploymentName(deployment.ref, deployment.sha),
      url: status.log_url || undefined,
      startedAtMs: became === "running" ? status.created_at : undefined,
      finishedAtMs,
      outcome: became === "running" ? undefined : became,
    },
  });
}

const DEPLOYMENT_STATES = new Map([
  ["in_progress", "running" as const],
  ["success", "succeeded" as const],
  ["failure", "failed" as const],
  ["error", "failed" as const],
]);

function readWorkflowRun(message: Message<"workflow_run">, common: CommonOf): MessageMeaning {
  const { repository: of, workflow_run: run } = message;
  const isOver = run.status === "completed";
  return told({
    ...{ kind: "pipeline-run", subject: `${of.full_name}/run/${run.id}`, ...common(of.full_name), environment: null },
    atMs: run.updated_at,
    told: {
      ...{ name: run.name ?? "workflow", url: run.html_url, revision: run.head_sha, queuedAtMs: run.created_at },
      startedAtMs: run.run_started_at ?? run.created_at,
      finishedAtMs: isOver ? run.updated_at : null,
      outcome: isOver ? (RUN_OUTCOMES.get(run.conclusion ?? "") ?? "cancelled") : null,
    },
  });
}

const RUN_OUTCOMES = new Map([
  ["success", "succeeded" as const],
  ["failure", "failed" as const],
  ["timed_out", "failed" as const],
  ["startup_failure", "failed" as const],
]);

function readRelease(message: Message<"release">, common: CommonOf): MessageMeaning {
  const { action, repository: of, release } = message;
  // `released`: also of a pre-release that became a release.
  const isOut = (action === "published" || action === "released") && !release.draft && !release.prerelease;
  if (!isOut || release.published_at === null) return IGNORED;
  const target = commitId.safeParse(release.target_commitish);
  return told({
    ...{ kind: "deployment", subject: `${of.full_name}@${release.tag_name}`, ...common(of.full_name) },
    ...{ environment: RELEASES_ENVIRONMENT, atMs: release.published_at },
    told: {
      ...{ kind: "release", environment: RELEASES_ENVIRONMENT, name: release.tag_name, url: release.html_url },
      revision: message.tag_commit ?? (target.success ? target.data : undefined),
      ...{ finishedAtMs: release.published_at, outcome: "succeeded" },
    },
  });
}

function readIssue(message: Message<"issues">, common: CommonOf): MessageMeaning {
  const { action, repository: of, issue, label } = message;
  const subject = `${of.full_name}#${issue.number}`;
  const at = { kind: "incident" as const, subject, ...common(of.full_name), atMs: issue.updated_at };
  const places = incidentPlaces(issue.labels.map(({ name }) => name));
  const before = action === "unlabeled" && label !== undefined ? incidentPlaces([label.name]) : [];
  // What is told of an issue that went to another repository may lack its labels: there it is told of anew.
  const isGone = action === "transferred" || (action === "deleted" && places.length > 0);
  // For every environment: whichever it was told for.
  if (isGone || (places.length === 0 && before.length > 0))
    return told({ ...at, environment: null, told: { isRetracted: true } });
  if (places.length === 0) return IGNORED;
  const { title, html_url: url, created_at: detectedAtMs, closed_at: resolvedAtMs } = issue;
  const isOne = { ...at, told: { title, url, detectedAtMs, resolvedAtMs, isRetracted: false } };
  // A label that names a place takes it from where it runs, and gives it back.
  const left = [...before, WHERE_IT_RUNS].filter((place) => !places.includes(place));
  const isNone = { ...leaving(at), told: { isRetracted: true } };
  return { outcome: "told", tellings: [...toldIn(places, isOne), ...toldIn([...new Set(left)], isNone)] };
}

function isBot(who: z.infer<typeof user>): boolean {
  return who !== null && (who.type === "Bot" || who.login.endsWith("[bot]"));
}
