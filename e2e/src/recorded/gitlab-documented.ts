/**
 * Webhooks of GitLab, written by us in the shape that GitLab documents: with the fields that nobody reads here, and with the three ways in which it writes a time. They are not recorded.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export type DocumentedMessage = { readonly event: string; readonly body: object };

const MERGE = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";
const FIRST = "b6568db1bc1dcd7f8b4d5a946b0b91f9dacd7327";

const project = {
  ...{ id: 15, name: "Diaspora", description: "", web_url: "https://gitlab.example/acme/diaspora", avatar_url: null },
  ...{ git_ssh_url: "git@gitlab.example:acme/diaspora.git", namespace: "Acme", visibility_level: 0 },
  ...{ path_with_namespace: "acme/diaspora", default_branch: "master", ci_config_path: "" },
};
const person = (username: string) => ({ id: 4, name: username, username, avatar_url: null, email: "[REDACTED]" });
const author = { name: "Lena", email: "lena@example.test" };
const label = { id: 206, title: "API", color: "#ffffff", project_id: 15, type: "ProjectLabel", group_id: null };

const commit = (id: string, message: string, timestamp: string) => ({
  ...{ id, message, title: message.split("\n")[0], timestamp, author, added: [], modified: ["app.rb"], removed: [] },
  url: `https://gitlab.example/acme/diaspora/-/commit/${id}`,
});

const push = {
  ...{ object_kind: "push", event_name: "push", after: MERGE, checkout_sha: MERGE, user_id: 4, user_name: "Lena" },
  ...{ before: "95790bf891e76fee5e1747ab589903a6a1f80f22", ref: "refs/heads/master", ref_protected: true, project },
  commits: [
    commit(FIRST, "Sort first\n\nThen page.\n", "2021-12-12T14:27:31+02:00"),
    commit(MERGE, "Merge", "2021-12-13T10:00:00+00:00"),
  ],
  ...{ total_commits_count: 2, push_options: {} },
};

const mergeRequest = (username: string, more: object, changes: object = {}) => ({
  ...{ object_kind: "merge_request", event_type: "merge_request", user: person(username), project, labels: [label] },
  object_attributes: {
    ...{ id: 99, iid: 1, title: "Faster search", description: "", target_branch: "master", source_branch: "search" },
    ...{ author_id: 4, assignee_id: 6, milestone_id: null, state: "opened", merge_status: "unchecked", draft: false },
    ...{ created_at: "2021-12-10 09:00:00 UTC", updated_at: "2021-12-10 09:00:00 UTC", work_in_progress: false },
    ...{
      url: "https://gitlab.example/acme/diaspora/-/merge_requests/1",
      last_commit: commit(FIRST, "Sort first", "2021-12-12T14:27:31+02:00"),
    },
    ...more,
  },
  changes: { updated_at: { previous: "2021-12-10 09:00:00 UTC", current: "2021-12-10 09:01:00 UTC" }, ...changes },
  assignees: [person("omar")],
});

const note = (noteable: string, more: object) => ({
  ...{ object_kind: "note", event_type: "note", user: person("omar"), project_id: 15, project },
  object_attributes: {
    ...{ id: 1244, note: "Why not sort first?", noteable_type: noteable, author_id: 6, project_id: 15, system: false },
    ...{ created_at: "2021-12-11 18:21:36 UTC", updated_at: "2021-12-11 18:21:36 UTC", line_code: null, st_diff: null },
  },
  ...more,
});

const deployment = (status: string, at: string) => ({
  ...{ object_kind: "deployment", status, status_changed_at: at, deployment_id: 15, deployable_id: 796, project },
  ...{
    deployable_url: "https://gitlab.example/acme/diaspora/-/jobs/796",
    environment: "production",
    environment_tier: "production",
  },
  ...{
    environment_slug: "production",
    environment_external_url: "https://diaspora.example",
    short_sha: MERGE.slice(0, 8),
  },
  ...{ user: person("omar"), user_url: "https://gitlab.example/omar", ref: "v1.1", commit_title: "Merge" },
  commit_url: `https://gitlab.example/acme/diaspora/-/commit/${MERGE}`,
});

const incident = (more: object) => ({
  ...{ object_kind: "issue", event_type: "incident", user: person("omar"), project, labels: [label], changes: {} },
  object_attributes: {
    ...{
      id: 301,
      iid: 23,
      title: "Nobody can pay",
      description: "",
      assignee_ids: [4],
      author_id: 6,
      severity: "high",
    },
    ...{
      created_at: "2021-12-13 12:00:00 UTC",
      updated_at: "2021-12-13 12:00:00 UTC",
      closed_at: null,
      type: "Incident",
    },
    ...{ state: "opened", url: "https://gitlab.example/acme/diaspora/-/issues/incident/23", action: "open", ...more },
  },
});

const pipeline = {
  ...{
    object_kind: "pipeline",
    user: person("lena"),
    project,
    commit: commit(MERGE, "Merge", "2021-12-13T10:00:00+00:00"),
  },
  object_attributes: {
    ...{
      id: 31,
      iid: 3,
      name: "Pipeline for branch: master",
      ref: "master",
      tag: false,
      sha: MERGE,
      before_sha: FIRST,
    },
    ...{ source: "push", status: "failed", detailed_status: "failed", stages: ["build", "test"], variables: [] },
    ...{
      created_at: "2021-12-13 10:00:10 UTC",
      finished_at: "2021-12-13 10:10:00 UTC",
      duration: 560,
      queued_duration: 30,
    },
    url: "https://gitlab.example/acme/diaspora/-/pipelines/31",
  },
  merge_request: null,
  builds: [
    { id: 380, stage: "test", name: "rspec", status: "failed", started_at: "2021-12-13 10:00:40 UTC", runner: null },
  ],
};

const release = {
  ...{ id: 1, object_kind: "release", action: "create", tag: "v1.1", name: "v1.1", description: "Search", project },
  ...{
    created_at: "2021-12-13 10:20:00 UTC",
    released_at: "2021-12-13 10:20:00 UTC",
    assets: { count: 0, links: [], sources: [] },
  },
  ...{
    url: "https://gitlab.example/acme/diaspora/-/releases/v1.1",
    commit: commit(MERGE, "Merge", "2021-12-13T10:00:00+00:00"),
  },
};

const draft = { draft: { previous: true, current: false } };
const merged = { action: "merge", state: "merged", merge_commit_sha: MERGE, updated_at: "2021-12-13T10:00:00Z" };

/** In the order in which they would come. */
export const GITLAB_MESSAGES: readonly DocumentedMessage[] = [
  { event: "Merge Request Hook", body: mergeRequest("lena", { action: "open", draft: true }) },
  {
    event: "Merge Request Hook",
    body: mergeRequest("lena", { action: "update", updated_at: "2021-12-10 12:00:00 UTC" }, draft),
  },
  {
    event: "Note Hook",
    body: note("MergeRequest", { merge_request: { id: 7, iid: 1, title: "Faster search", state: "opened" } }),
  },
  { event: "Note Hook", body: note("Commit", { commit: commit(FIRST, "Sort first", "2021-12-12T14:27:31+02:00") }) },
  {
    event: "Merge Request Hook",
    body: mergeRequest("omar", { action: "approved", updated_at: "2021-12-12 09:00:00 UTC" }),
  },
  { event: "Merge Request Hook", body: mergeRequest("omar", merged) },
  { event: "Push Hook", body: push },
  { event: "Push Hook", body: { ...push, ref: "refs/heads/search" } },
  { event: "Tag Push Hook", body: { ...push, object_kind: "tag_push", ref: "refs/tags/v1.1", commits: [] } },
  { event: "Job Hook", body: { object_kind: "build", build_id: 380, build_status: "failed", project_id: 15 } },
  { event: "Pipeline Hook", body: pipeline },
  { event: "Deployment Hook", body: deployment("running", "2021-12-13 12:11:00 +0200") },
  { event: "Deployment Hook", body: deployment("success", "2021-12-13 12:12:00 +0200") },
  { event: "Release Hook", body: release },
  { event: "Issue Hook", body: incident({}) },
  {
    event: "Issue Hook",
    body: incident({
      action: "close",
      state: "closed",
      closed_at: "2021-12-13 13:30:00 UTC",
      updated_at: "2021-12-13 13:30:00 UTC",
    }),
  },
  {
    event: "Feature Flag Hook",
    body: { object_kind: "feature_flag", project, object_attributes: { id: 6, name: "search", active: true } },
  },
  {
    event: "Wiki Page Hook",
    body: { object_kind: "wiki_page", project, object_attributes: { title: "Home", action: "create" } },
  },
  { event: "Emoji Hook", body: { object_kind: "emoji", project, object_attributes: { name: "thumbsup" } } },
  { event: "Member Hook", body: { event_name: "user_add_to_group", group_path: "acme" } },
];
