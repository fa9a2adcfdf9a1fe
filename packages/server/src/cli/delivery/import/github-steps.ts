import { readIncidentLabel } from "@steadfast/core/delivery/incident-label";
import { z } from "zod";
import type { ForgeClient } from "./forge-client.ts";
import type { ForgeMessage, ImportStep } from "./steps.ts";

const PER_PAGE = 100;

const numbered = z.looseObject({ number: z.number().int(), updated_at: z.string(), merged_at: z.string().nullish() });
const withId = z.looseObject({ id: z.number(), created_at: z.string() });
const known = z.looseObject({ full_name: z.string(), default_branch: z.string() });
const published = z.looseObject({ published_at: z.string().nullable(), tag_name: z.string() });
const tag = z.looseObject({ name: z.string(), commit: z.looseObject({ sha: z.string() }) });
const label = z.looseObject({ name: z.string() });
const runsPage = z.looseObject({ workflow_runs: z.array(z.looseObject({})) });

/** GitHub lists pull requests among issues; its webhooks do not. */
function isRequest(issue: unknown): boolean {
  return z.looseObject({ pull_request: z.looseObject({}) }).safeParse(issue).success;
}

/** Runs of workflows, newest first: the API has no more than these for a search. */
const RUN_PAGES_MAX = 10;

/** What GitHub knows of a repository since a moment, as its webhooks would have told it. @see https://docs.github.com/rest */
export async function githubSteps(
  client: ForgeClient,
  repository: string,
  sinceMs: number,
): Promise<readonly ImportStep[]> {
  const since = new Date(sinceMs).toISOString();
  // As GitHub itself writes the name, whoever typed it how: a webhook tells of the same request, and must mean the same one.
  const { full_name, default_branch } = known.parse(await client.get(`repos/${repository}`));
  const of = { full_name, default_branch };
  const at = `repos/${full_name}`;
  const isSince = (time: string) => Date.parse(time) >= sinceMs;
  return [
    {
      name: "commits",
      async *messages() {
        for await (const page of client.pages(`${at}/commits?since=${since}&per_page=${PER_PAGE}`))
          yield page.map((commit) => ({ event: "commit", body: { repository: of, commit } }));
      },
    },
    {
      name: "pull requests",
      async *messages() {
        for await (const page of client.pages(
          `${at}/pulls?state=all&sort=updated&direction=desc&per_page=${PER_PAGE}`,
        )) {
          const requests = page.map((each) => numbered.parse(each));
          const recent = requests.filter((each) => isSince(each.updated_at));
          for (const request of recent) yield await requestMessages(client, at, of, request);
          if (recent.length < requests.length) return;
        }
      },
    },
    {
      name: "deployments",
      async *messages() {
        for await (const page of client.pages(`${at}/deployments?per_page=${PER_PAGE}`)) {
          const deployments = page.map((each) => withId.parse(each));
          const recent = deployments.filter((each) => isSince(each.created_at));
          for (const deployment of recent) {
            for await (const statuses of client.pages(
              `${at}/deployments/${deployment.id}/statuses?per_page=${PER_PAGE}`,
            ))
              yield statuses.map((status) => ({
                ...{ event: "deployment_status", body: { repository: of, deployment, deployment_status: status } },
              }));
          }
          if (recent.length < deployments.length) return;
        }
      },
    },
    {
      name: "releases",
      async *messages() {
        let commits: ReadonlyMap<string, string> | undefined;
        for await (const page of client.pages(`${at}/releases?per_page=${PER_PAGE}`)) {
          const releases = page.map((each) => published.parse(each));
          const recent = releases.filter(({ published_at }) => published_at !== null && isSince(published_at));
          if (recent.length === 0) return;
          commits ??= await commitsOfTags(client, at);
          const tagged = commits;
          yield recent.map((release) => ({
            event: "release",
            body: { action: "published", repository: of, release, tag_commit: tagged.get(release.tag_name) },
          }));
        }
      },
    },
    {
      name: "incidents",
      async *messages() {
        for (const name of await incidentLabels(client, at)) {
          const labelled = `labels=${encodeURIComponent(name)}&state=all&since=${since}&per_page=${PER_PAGE}`;
          for await (const page of client.pages(`${at}/issues?${labelled}`))
            yield page
              .filter((issue) => !isRequest(issue))
              .map((issue) => ({ event: "issues", body: { action: "edited", repository: of, issue } }));
        }
      },
    },
    {
      name: "workflow runs",
      async *messages() {
        const day = since.slice(0, 10);
        for (let page = 1; page <= RUN_PAGES_MAX; page += 1) {
          const answer = await client.get(`${at}/actions/runs?created=%3E%3D${day}&per_page=${PER_PAGE}&page=${page}`);
          const { workflow_runs: runs } = runsPage.parse(answer);
          yield runs.map((run) => ({ event: "workflow_run", body: { repository: of, workflow_run: run } }));
          if (runs.length < PER_PAGE) return;
        }
      },
    },
  ];
}

/** GitHub finds issues by a label's whole name. */
async function incidentLabels(client: ForgeClient, at: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of client.pages(`${at}/labels?per_page=${PER_PAGE}`))
    names.push(...page.map((each) => label.parse(each).name).filter((name) => readIncidentLabel(name) !== undefined));
  return names;
}

/** A release names its tag, and for a commit mostly the branch it was cut from. */
async function commitsOfTags(client: ForgeClient, at: string): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  for await (const page of client.pages(`${at}/tags?per_page=${PER_PAGE}`)) {
    for (const each of page) {
      const { name, commit } = tag.parse(each);
      commits.set(name, commit.sha);
    }
  }
  return commits;
}

/** A request with its size, which the list leaves out; its reviews; when work on it began. */
async function requestMessages(
  client: ForgeClient,
  at: string,
  of: object,
  request: z.infer<typeof numbered>,
): Promise<readonly ForgeMessage[]> {
  const { number } = request;
  const whole = await client.get(`${at}/pulls/${number}`);
  const messages: ForgeMessage[] = [
    { event: "pull_request", body: { action: "edited", repository: of, pull_request: whole } },
  ];
  for await (const page of client.pages(`${at}/pulls/${number}/reviews?per_page=${PER_PAGE}`))
    for (const review of page)
      messages.push({
        event: "pull_request_review",
        body: { action: "submitted", repository: of, pull_request: { number }, review },
      });
  const commits: unknown[] = [];
  for await (const page of client.pages(`${at}/pulls/${number}/commits?per_page=${PER_PAGE}`)) commits.push(...page);
  messages.push({
    event: "pull_request_commits",
    body: { repository: of, pull_request: { number, updated_at: request.updated_at }, commits },
  });
  return messages;
}
