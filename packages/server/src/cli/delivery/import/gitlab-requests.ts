import { z } from "zod";
import { type ForgeClient, ForgeRefusal } from "./forge-client.ts";
import type { RequestSize } from "./gitlab-sizes.ts";
import type { ForgeMessage } from "./steps.ts";

const PER_PAGE = 100;
/** What the server takes for one request; of more, the oldest: with them work began. */
const COMMITS_MAX = 1_000;

const person = z.looseObject({ username: z.string() }).nullish();

export const mergeRequest = z.looseObject({
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
const commit = z.looseObject({
  id: z.string(),
  /** When it entered the branch, as rebased; `authored_date` is when work on it began. */
  created_at: z.string(),
  authored_date: z.string().nullish(),
});

type MergeRequest = z.infer<typeof mergeRequest>;

/** Of which project, and where the API has it. */
export type ProjectPlace = { readonly at: string; readonly project: object };

/** All that GitLab knows of a merge request, each thing at its own time. */
export async function requestMessages(
  client: ForgeClient,
  place: ProjectPlace,
  request: MergeRequest,
  size: RequestSize | undefined,
): Promise<readonly ForgeMessage[]> {
  return [
    ...stateMessages(place, request, size),
    ...(await noteMessages(client, place, request)),
    ...(await commitMessages(client, place, request)),
  ];
}

/** How it began, what became of it (the API tells only the end), and how it is now. */
function stateMessages(place: ProjectPlace, request: MergeRequest, size: RequestSize | undefined): ForgeMessage[] {
  const { state, created_at, updated_at, merged_at, closed_at, author, merged_by } = request;
  const commits = {
    ...(request.merge_commit_sha ? { merge_commit_sha: request.merge_commit_sha } : {}),
    ...(request.squash_commit_sha ? { squash_commit_sha: request.squash_commit_sha } : {}),
    ...(request.sha ? { last_commit: { id: request.sha } } : {}),
  };
  const became = (action: string, as: string, at: string, by: z.infer<typeof person>, more: object = {}) =>
    hookMessage(place, request, { action, state: as, updated_at: at, ...more }, by);
  return [
    became("open", "opened", created_at, author),
    ...(merged_at ? [became("merge", "merged", merged_at, merged_by, commits)] : []),
    ...(closed_at && !merged_at ? [became("close", "closed", closed_at, author)] : []),
    became("update", state, updated_at, author, { ...commits, ...(size ? { size } : {}) }),
  ];
}

function hookMessage(
  { project }: ProjectPlace,
  { iid, title, web_url: url, created_at, draft }: MergeRequest,
  attributes: object,
  by: z.infer<typeof person>,
  changes: object = {},
): ForgeMessage {
  const user = { username: by?.username ?? "" };
  const object_attributes = { iid, title, url, created_at, draft: draft ?? false, ...attributes };
  return { event: "Merge Request Hook", body: { user, project, object_attributes, changes } };
}

const READY = /^marked this merge request as \*\*ready\*\*|^unmarked as a \*\*Work In Progress\*\*/;

/** Remarks; GitLab notes an approval, and that a draft is ready, as remarks of its own. */
async function noteMessages(client: ForgeClient, place: ProjectPlace, request: MergeRequest): Promise<ForgeMessage[]> {
  const { iid } = request;
  const messages: ForgeMessage[] = [];
  for (const each of await listOf(client, `${place.at}/merge_requests/${iid}/notes?sort=asc&`, note)) {
    const { author, system, created_at, body } = each;
    const common = { user: { username: author?.username ?? "" }, project: place.project };
    if (!system) {
      const object_attributes = { noteable_type: "MergeRequest", created_at, system };
      messages.push({ event: "Note Hook", body: { ...common, object_attributes, merge_request: { iid } } });
    } else if (body.startsWith("approved this merge request")) {
      messages.push({ event: "approval", body: { ...common, object_attributes: { iid, created_at } } });
    } else if (READY.test(body)) {
      const ready = { action: "update", state: "opened", updated_at: created_at, draft: false };
      messages.push(hookMessage(place, request, ready, author, { draft: { previous: true, current: false } }));
    }
  }
  return messages;
}

/** When work on it began. Of the newest commit's time and not of the request's: a later remark is no news of commits. */
async function commitMessages(
  client: ForgeClient,
  place: ProjectPlace,
  request: MergeRequest,
): Promise<ForgeMessage[]> {
  const { iid } = request;
  const listed = await listOf(client, `${place.at}/merge_requests/${iid}/commits?`, commit);
  const commits = listed
    .map(({ id, created_at, authored_date }) => ({ id, created_at, authored_date: authored_date ?? created_at }))
    .sort((a, b) => Date.parse(a.authored_date) - Date.parse(b.authored_date))
    .slice(0, COMMITS_MAX);
  if (commits.length === 0) return [];
  return [{ event: "merge_request_commits", body: { project: place.project, merge_request: { iid }, commits } }];
}

/** Of a request that was deleted meanwhile, or whose branch is gone, there is none; nor of what is not told as expected. */
async function listOf<T>(client: ForgeClient, path: string, schema: z.ZodType<T>): Promise<readonly T[]> {
  const items: T[] = [];
  try {
    for await (const page of client.pages(`${path}per_page=${PER_PAGE}`))
      items.push(...page.flatMap((item) => schema.safeParse(item).data ?? []));
  } catch (error) {
    if (!(error instanceof ForgeRefusal && error.status === 404)) throw error;
  }
  return items;
}
