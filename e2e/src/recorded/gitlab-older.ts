import type { DocumentedMessage } from "./gitlab-documented.ts";

/**
 * Webhooks of GitLab before version 14, written by us in the shape that its documentation and its changes told of then: a deployment without its id (before 14.2),
 * without a time (before 13.12), a draft that is a work in progress, an incident that only its label tells.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/merge_requests/60518 (a deployment's time), 67577 (its id)
 */
const MERGE = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";

const project = {
  ...{ id: 37, name: "Older", description: "", web_url: "http://gitlab.example/acme/older", avatar_url: null },
  ...{ git_ssh_url: "ssh://git@gitlab.example/acme/older.git", namespace: "Acme", visibility_level: 0 },
  ...{ path_with_namespace: "acme/older", default_branch: "master", ci_config_path: null },
};
const person = { name: "Administrator", username: "root", avatar_url: "http://www.gravatar.example/avatar/e64c" };

const deployment = {
  ...{ object_kind: "deployment", status: "success", deployable_id: 857, environment: "staging", project },
  deployable_url: "http://gitlab.example/acme/older/-/jobs/857",
  ...{ short_sha: MERGE.slice(0, 8), user: person, user_url: "http://gitlab.example/root" },
  commit_url: `http://gitlab.example/acme/older/-/commit/${MERGE}`,
  commit_title: "Merge",
};

const mergeRequest = (more: object, changes: object = {}) => ({
  ...{ object_kind: "merge_request", user: person, project, labels: [] },
  object_attributes: {
    ...{ id: 99, target_branch: "master", source_branch: "ms-viewport", source_project_id: 14, author_id: 51 },
    ...{ title: "WIP: MS-Viewport", created_at: "2013-12-03T17:23:34Z", updated_at: "2013-12-03T17:23:34Z", iid: 1 },
    ...{ state: "opened", merge_status: "unchecked", work_in_progress: true, action: "open", assignee_id: 6 },
    url: "http://gitlab.example/acme/older/merge_requests/1",
    last_commit: { id: MERGE, message: "fixed readme", timestamp: "2012-01-03T23:36:29+02:00" },
    ...more,
  },
  changes: {
    updated_at: { previous: "2013-12-03 17:23:34 UTC", current: "2013-12-03 17:23:34 UTC" },
    ...changes,
  },
});
const ready = {
  ...{ title: "MS-Viewport", work_in_progress: false, action: "update", updated_at: "2013-12-03 18:00:00 UTC" },
};

const issue = {
  ...{ object_kind: "issue", event_type: "issue", user: person, project, labels: [{ id: 206, title: "incident" }] },
  object_attributes: {
    ...{
      id: 301,
      title: "Nobody can pay",
      created_at: "2013-12-03 19:00:00 UTC",
      updated_at: "2013-12-03 19:00:00 UTC",
    },
    ...{ state: "opened", iid: 23, url: "http://gitlab.example/acme/older/issues/23", action: "open" },
  },
};

export const OLDER_GITLAB_MESSAGES: readonly (DocumentedMessage & { readonly outcome: string })[] = [
  { event: "Merge Request Hook", outcome: "told", body: mergeRequest({}) },
  {
    ...{ event: "Merge Request Hook", outcome: "told" },
    body: mergeRequest(ready, { title: { previous: "WIP: MS-Viewport", current: "MS-Viewport" } }),
  },
  {
    ...{ event: "Deployment Hook", outcome: "told" },
    body: { ...deployment, status: "running", status_changed_at: "2021-04-28 21:49:00 +0200" },
  },
  {
    ...{ event: "Deployment Hook", outcome: "told" },
    body: { ...deployment, status_changed_at: "2021-04-28 21:50:00 +0200" },
  },
  { event: "Deployment Hook", outcome: "unknown", body: { ...deployment, deployable_id: 12 } },
  {
    ...{ event: "Deployment Hook", outcome: "unknown" },
    body: { ...deployment, deployable_id: 13, status_changed_at: "2021-04-28 21:50:00" },
  },
  { event: "Issue Hook", outcome: "told", body: issue },
];
