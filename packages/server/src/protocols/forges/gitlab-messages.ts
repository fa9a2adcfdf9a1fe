import { z } from "zod";
import { COMMITS_PER_PUSH_MAX, commitId, time } from "./forge-message.ts";

const project = z.object({ path_with_namespace: z.string(), default_branch: z.string().nullable().default(null) });
const lines = z.number().int().min(0);
const person = z.object({ username: z.string() });

const label = z.object({ title: z.string() });

/** What is read of each of GitLab's messages; the rest of them is not looked at. */
export const messages = {
  "Push Hook": z.object({
    ref: z.string(),
    before: z.string(),
    project,
    commits: z
      .array(
        z.object({
          id: commitId,
          message: z.string(),
          timestamp: time,
          author: z.object({ name: z.string(), email: z.string() }),
        }),
      )
      .max(COMMITS_PER_PUSH_MAX),
  }),
  /** Of the API alone: a commit with its parents, which a push does not tell. */
  commit: z.object({
    project,
    commit: z.object({
      id: commitId,
      parent_ids: z.array(commitId).max(100),
      message: z.string(),
      author_name: z.string(),
      author_email: z.string(),
      authored_date: time,
      committed_date: time,
    }),
  }),
  /** Of the API alone, where an approval is a remark. */
  approval: z.object({
    user: person,
    project,
    object_attributes: z.object({ iid: z.number().int(), created_at: time }),
  }),
  /** Of the API alone: when work on a merge request began. */
  merge_request_commits: z.object({
    project,
    merge_request: z.object({ iid: z.number().int() }),
    commits: z
      .array(z.object({ id: commitId, created_at: time, authored_date: time }))
      .min(1)
      .max(1_000),
  }),
  "Note Hook": z.object({
    user: person,
    project,
    object_attributes: z.object({ noteable_type: z.string(), created_at: time, system: z.boolean().default(false) }),
    merge_request: z.object({ iid: z.number().int() }).optional(),
  }),
  "Merge Request Hook": z.object({
    user: person,
    project,
    object_attributes: z.object({
      iid: z.number().int(),
      title: z.string(),
      url: z.string(),
      state: z.string(),
      action: z.string().default("update"),
      created_at: time,
      updated_at: time,
      draft: z.boolean().optional(),
      /** What a draft was called before GitLab 14. */
      work_in_progress: z.boolean().default(false),
      merge_commit_sha: commitId.nullish().catch(null),
      squash_commit_sha: commitId.nullish().catch(null),
      last_commit: z.object({ id: commitId }).nullish().catch(null),
      /** Of the API alone: GitLab's webhooks tell no size. */
      size: z.object({ additions: lines, deletions: lines, fileCount: lines }).optional().catch(undefined),
    }),
    changes: z
      .object({
        draft: z.object({ previous: z.boolean().nullish(), current: z.boolean().nullish() }).optional(),
        /** Before GitLab told of `draft`, a draft that became ready was one whose title lost its prefix. */
        title: z.object({ previous: z.string().nullish(), current: z.string().nullish() }).optional(),
      })
      .catch({}),
  }),
  "Pipeline Hook": z.object({
    project,
    object_attributes: z.object({
      id: z.number(),
      name: z.string().nullish(),
      url: z.string().nullish(),
      sha: commitId,
      status: z.string(),
      created_at: time,
      finished_at: time.nullable().default(null),
      duration: z.number().nullable().default(null),
      queued_duration: z.number().nullable().default(null),
    }),
  }),
  "Deployment Hook": z.object({
    project,
    status: z.string(),
    /** Not told before GitLab 13.12. */
    status_changed_at: time.nullish(),
    /** Not told before GitLab 14.2. */
    deployment_id: z.number().nullish(),
    /** The job that deploys: none where it was told by the API. */
    deployable_id: z.number().nullish(),
    deployable_url: z.string().nullish(),
    environment: z.string(),
    ref: z.string().nullish(),
    short_sha: z.string().nullish(),
    commit_url: z.string().nullish(),
  }),
  "Release Hook": z.object({
    project,
    action: z.string(),
    tag: z.string(),
    url: z.string(),
    released_at: time,
    commit: z.object({ id: commitId }).nullish(),
  }),
  "Issue Hook": z.object({
    project,
    object_attributes: z.object({
      iid: z.number().int(),
      title: z.string(),
      url: z.string(),
      /** Not told before GitLab 17.2. */
      type: z.string().optional(),
      created_at: time,
      updated_at: time,
      closed_at: time.nullish(),
      action: z.string().optional(),
      /** Set once it is in another project: there it is told of anew. */
      moved_to_id: z.number().nullish(),
    }),
    labels: z.array(label).default([]),
    changes: z
      .looseObject({ labels: z.object({ previous: z.array(label) }).optional() })
      .catch({})
      .default({}),
  }),
};
