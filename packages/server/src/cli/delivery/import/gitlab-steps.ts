import { z } from "zod";
import type { ForgeClient } from "./forge-client.ts";
import { mergeRequest, type ProjectPlace, requestMessages } from "./gitlab-requests.ts";
import { REQUESTS_PER_QUERY_MAX, readSizes } from "./gitlab-sizes.ts";
import type { ForgeMessage, ImportStep } from "./steps.ts";

/** GitLab's largest page, and what its GraphQL takes at a time. */
const PER_PAGE = REQUESTS_PER_QUERY_MAX;

const known = z.looseObject({ path_with_namespace: z.string() });
const deployment = z.looseObject({
  id: z.number(),
  status: z.string(),
  updated_at: z.string(),
  ref: z.string(),
  sha: z.string(),
  environment: z.looseObject({ name: z.string() }),
  /** The job; none of a deployment that the API was told of. */
  deployable: z
    .looseObject({
      started_at: z.string().nullish(),
      finished_at: z.string().nullish(),
      web_url: z.string().nullish(),
    })
    .nullish(),
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
  /** None of a release whose tag is gone, or yet to come. */
  commit: z.looseObject({ id: z.string() }).nullish(),
  _links: z.looseObject({ self: z.string().nullish() }).nullish(),
});
const issue = z.looseObject({
  iid: z.number().int(),
  title: z.string(),
  web_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  labels: z.array(z.string()).catch([]),
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
  const project = { path_with_namespace, default_branch: null };
  const place: ProjectPlace = { at: `projects/${encodeURIComponent(path_with_namespace)}`, project };
  const each = <T>(
    name: string,
    url: string,
    schema: z.ZodType<T>,
    toMessages: (item: T) => readonly ForgeMessage[],
  ): ImportStep => ({
    name,
    async *messages() {
      for await (const page of client.pages(`${place.at}/${url}per_page=${PER_PAGE}`))
        yield readable(name, schema, page, onMissing).flatMap(toMessages);
    },
  });
  return [
    each("commits", `repository/commits?since=${since}&`, z.looseObject({}), (commit) => [
      { event: "commit", body: { project, commit } },
    ]),
    {
      name: "merge requests",
      async *messages() {
        const sizesOf = readSizes(client, path_with_namespace, (why) =>
          onMissing(`Merge requests come without sizes from here on: ${why}`),
        );
        const url = `${place.at}/merge_requests?state=all&updated_after=${since}&per_page=${PER_PAGE}`;
        for await (const page of client.pages(url)) {
          const requests = readable("merge requests", mergeRequest, page, onMissing);
          const sizes = await sizesOf(requests.map(({ iid }) => iid));
          for (const request of requests) yield await requestMessages(client, place, request, sizes.get(request.iid));
        }
      },
    },
    each("deployments", `deployments?updated_after=${since}&order_by=updated_at&`, deployment, (item) =>
      deploymentMessages(project, item),
    ),
    {
      name: "releases",
      async *messages() {
        for await (const page of client.pages(`${place.at}/releases?per_page=${PER_PAGE}`)) {
          const releases = readable("releases", release, page, onMissing);
          const recent = releases.filter(({ released_at }) => Date.parse(released_at) >= sinceMs);
          yield recent.map((item) => releaseMessage(project, item));
          // The newest come first.
          if (recent.length < releases.length) return;
        }
      },
    },
    each("incidents", `issues?issue_type=incident&updated_after=${since}&`, issue, ({ labels, ...item }) => {
      const object_attributes = { ...item, url: item.web_url, type: "Incident" };
      const body = { project, object_attributes, labels: labels.map((title) => ({ title })) };
      return [{ event: "Issue Hook", body }];
    }),
    each("pipelines", `pipelines?updated_after=${since}&`, pipeline, (run) => {
      const isOver = ["success", "failed", "canceled", "skipped"].includes(run.status);
      const finished_at = isOver ? run.updated_at : null;
      return [
        { event: "Pipeline Hook", body: { project, object_attributes: { ...run, url: run.web_url, finished_at } } },
      ];
    }),
  ];
}

/** When its job began and ended: a deployment is touched later, too, as when it is approved or archived. */
function deploymentMessages(project: object, item: z.infer<typeof deployment>): ForgeMessage[] {
  const { started_at, finished_at, web_url } = item.deployable ?? {};
  const isOver = ["success", "failed", "canceled"].includes(item.status);
  const message = (status: string, status_changed_at: string) => ({
    event: "Deployment Hook",
    body: {
      ...{ project, status, status_changed_at, deployment_id: item.id, deployable_url: web_url ?? null },
      ...{ environment: item.environment.name, ref: item.ref, commit_url: `/${item.sha}` },
    },
  });
  return [
    ...(isOver && started_at ? [message("running", started_at)] : []),
    message(item.status, (isOver ? finished_at : started_at) ?? item.updated_at),
  ];
}

function releaseMessage(project: object, { tag_name: tag, released_at, commit, _links }: z.infer<typeof release>) {
  const body = { project, action: "create", tag, url: _links?.self ?? "", released_at, commit: commit ?? null };
  return { event: "Release Hook", body };
}

/** Those of a page that have what is needed. One that has not, as of another version of GitLab, does not stop the others. */
function readable<T>(
  name: string,
  schema: z.ZodType<T>,
  page: readonly unknown[],
  onMissing: (what: string) => void,
): readonly T[] {
  const items: T[] = [];
  const faults: string[] = [];
  for (const item of page) {
    const read = schema.safeParse(item);
    if (read.success) items.push(read.data);
    else faults.push(read.error.issues[0]?.path.join("/") ?? "");
  }
  if (faults.length > 0) onMissing(`Of the ${name}, ${faults.length} left out: ${faults[0]} is not told as expected.`);
  return items;
}
