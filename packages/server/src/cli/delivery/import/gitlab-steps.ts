import { z } from "zod";
import type { ForgeClient } from "./forge-client.ts";
import { REQUESTS_PER_QUERY_MAX, type RequestSize, readSizes } from "./gitlab-sizes.ts";
import type { ForgeMessage, ImportStep } from "./steps.ts";

const PER_PAGE = REQUESTS_PER_QUERY_MAX;

const person = z.looseObject({ username: z.string() }).nullish();
const known = z.looseObject({ path_with_namespace: z.string() });
const mergeRequest = z.looseObject({
  iid: z.number().int(),
  title: z.string(),
  web_url: z.string(),
  state: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullish(),
  closed_at: z.string().nullish(),
  draft: z.boolean().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
  sha: z.string().nullish(),
  author: person,
  merged_by: person,
});
const note = z.looseObject({
  author: person,
  system: z.boolean().default(false),
  created_at: z.string(),
  body: z.string().default(""),
});
const deployment = z.looseObject({
  id: z.number(),
  status: z.string(),
  updated_at: z.string(),
  ref: z.string(),
  sha: z.string(),
  environment: z.looseObject({ name: z.string() }),
});
const pipeline = z.looseObject({
  id: z.number(),
  web_url: z.string(),
  sha: z.string(),
  status: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
const release = z.looseObject({
  tag_name: z.string(),
  released_at: z.string(),
  commit: z.looseObject({ id: z.string() }),
});
const issue = z.looseObject({
  iid: z.number().int(),
  title: z.string(),
  web_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
});

/**
 * What GitLab knows of a project since a moment, as its webhooks would have told it.
 *
 * @param onMissing is told what cannot be had of it, and why
 * @see https://docs.gitlab.com/api/rest/
 */
export async function gitlabSteps(
  client: ForgeClient,
  path: string,
  sinceMs: number,
  onMissing: (what: string) => void,
): Promise<readonly ImportStep[]> {
  const since = encodeURIComponent(new Date(sinceMs).toISOString());
  // As GitLab itself writes the path, whoever typed it how: a webhook tells of the same request, and must mean the same one.
  const { path_with_namespace } = known.parse(await client.get(`projects/${encodeURIComponent(path)}`));
  const at = `projects/${encodeURIComponent(path_with_namespace)}`;
  const project = { path_with_namespace, default_branch: null };
  const each = <T>(
    name: string,
    url: string,
    schema: z.ZodType<T>,
    toMessages: (item: T) => Promise<readonly ForgeMessage[]>,
  ): ImportStep => ({
    name,
    async *messages() {
      for await (const page of client.pages(`${at}/${url}per_page=${PER_PAGE}`))
        for (const item of page) yield await toMessages(schema.parse(item));
    },
  });
  return [
    each("commits", `repository/commits?since=${since}&`, z.looseObject({}), async (commit) => [
      { event: "commit", body: { project, commit } },
    ]),
    {
      name: "merge requests",
      async *messages() {
        const sizesOf = readSizes(client, path_with_namespace, (why) =>
          onMissing(`Merge requests come without sizes from here on: ${why}`),
        );
        for await (const page of client.pages(
          `${at}/merge_requests?state=all&updated_after=${since}&per_page=${PER_PAGE}`,
        )) {
          const requests = page.map((item) => mergeRequest.parse(item));
          const sizes = await sizesOf(requests.map(({ iid }) => iid));
          for (const request of requests)
            yield [
              ...requestMessages(project, request, sizes.get(request.iid)),
              ...(await noteMessages(client, at, project, request.iid)),
            ];
        }
      },
    },
    each("deployments", `deployments?updated_after=${since}&order_by=updated_at&`, deployment, async (item) => [
      {
        event: "Deployment Hook",
        body: {
          ...{ project, status: item.status, status_changed_at: item.updated_at, deployment_id: item.id },
          ...{ environment: item.environment.name, ref: item.ref, commit_url: `/${item.sha}` },
        },
      },
    ]),
    each("releases", `releases?`, release, async (item) => {
      const body = {
        project,
        action: "create",
        tag: item.tag_name,
        url: "",
        released_at: item.released_at,
        commit: item.commit,
      };
      return Date.parse(item.released_at) >= sinceMs ? [{ event: "Release Hook", body }] : [];
    }),
    each("incidents", `issues?issue_type=incident&updated_after=${since}&`, issue, async (item) => [
      { event: "Issue Hook", body: { project, object_attributes: { ...item, url: item.web_url, type: "Incident" } } },
    ]),
    each("pipelines", `pipelines?updated_after=${since}&`, pipeline, async (run) => {
      const isOver = ["success", "failed", "canceled", "skipped"].includes(run.status);
      const finished_at = isOver ? run.updated_at : null;
      return [
        { event: "Pipeline Hook", body: { project, object_attributes: { ...run, url: run.web_url, finished_at } } },
      ];
    }),
  ];
}

/** How it began, what became of it, each at its own time (the API tells only the end), and how it is now. */
function requestMessages(
  project: object,
  request: z.infer<typeof mergeRequest>,
  size: RequestSize | undefined,
): ForgeMessage[] {
  const { iid, title, web_url: url, created_at, draft, merged_at, closed_at } = request;
  const message = (
    action: string,
    state: string,
    updated_at: string,
    user: z.infer<typeof person>,
    more: object = {},
  ) => ({
    event: "Merge Request Hook",
    body: {
      ...{ user: { username: user?.username ?? "" }, project },
      object_attributes: { iid, title, url, created_at, updated_at, action, state, draft: draft ?? false, ...more },
    },
  });
  const commits = {
    ...(request.merge_commit_sha ? { merge_commit_sha: request.merge_commit_sha } : {}),
    ...(request.squash_commit_sha ? { squash_commit_sha: request.squash_commit_sha } : {}),
    ...(request.sha ? { last_commit: { id: request.sha } } : {}),
  };
  return [
    message("open", "opened", created_at, request.author),
    ...(merged_at ? [message("merge", "merged", merged_at, request.merged_by, commits)] : []),
    ...(closed_at && !merged_at ? [message("close", "closed", closed_at, request.author)] : []),
    message("update", request.state, request.updated_at, request.author, { ...commits, ...(size ? { size } : {}) }),
  ];
}

/** Remarks and approvals; GitLab notes an approval as a remark of its own. */
async function noteMessages(client: ForgeClient, at: string, project: object, iid: number): Promise<ForgeMessage[]> {
  const messages: ForgeMessage[] = [];
  for await (const page of client.pages(`${at}/merge_requests/${iid}/notes?sort=asc&per_page=${PER_PAGE}`)) {
    for (const item of page) {
      const { author, system, created_at, body } = note.parse(item);
      const user = { username: author?.username ?? "" };
      const attributes = { noteable_type: "MergeRequest", created_at, system };
      if (system && body.startsWith("approved this merge request")) {
        messages.push({ event: "approval", body: { user, project, object_attributes: { iid, created_at } } });
      } else if (!system) {
        messages.push({
          event: "Note Hook",
          body: { user, project, object_attributes: attributes, merge_request: { iid } },
        });
      }
    }
  }
  return messages;
}
