import { z } from "zod";
import { COMMITS_PER_PUSH_MAX, commitId, time } from "./forge-message.ts";

export const user = z.object({ login: z.string(), type: z.string().default("User") }).nullable();
const repository = z.object({ full_name: z.string(), default_branch: z.string().default("main") });

const label = z.object({ name: z.string() });

const pullRequest = z.object({
  number: z.number().int(),
  title: z.string(),
  html_url: z.string(),
  user,
  draft: z.boolean().default(false),
  created_at: time,
  updated_at: time,
  merged_at: time.nullable(),
  closed_at: time.nullable(),
  merge_commit_sha: commitId.nullable().default(null),
  additions: z.number().nullable().default(null),
  deletions: z.number().nullable().default(null),
  changed_files: z.number().nullable().default(null),
});

/** What is read of each of GitHub's messages; the rest of them is not looked at. */
export const messages = {
  pull_request: z.object({ action: z.string(), repository, pull_request: pullRequest }),
  pull_request_review: z.object({
    action: z.string(),
    repository,
    pull_request: z.object({ number: z.number().int() }),
    review: z.object({ user, state: z.string(), submitted_at: time.nullable() }),
  }),
  push: z.object({
    ref: z.string(),
    before: z.string(),
    repository: repository.extend({ pushed_at: z.union([z.number(), time]).nullable().default(null) }),
    /** What a pushed tag leads to, also where it is annotated; `null` when it was deleted. */
    head_commit: z.object({ id: commitId, timestamp: time }).nullable().default(null),
    commits: z
      .array(
        z.object({
          id: commitId,
          message: z.string(),
          timestamp: time,
          author: z.object({ name: z.string(), email: z.string().nullable().default(null) }),
        }),
      )
      .max(COMMITS_PER_PUSH_MAX),
  }),
  /** Of the API alone: a commit with its parents, which a push does not tell. */
  commit: z.object({
    repository,
    commit: z.object({
      sha: commitId,
      parents: z.array(z.object({ sha: commitId })).max(100),
      commit: z.object({
        message: z.string(),
        author: z.object({ name: z.string(), email: z.string(), date: time }),
        committer: z.object({ date: time }),
      }),
    }),
  }),
  /** Of the API alone: when the work on a request began. */
  pull_request_commits: z.object({
    repository,
    pull_request: z.object({ number: z.number().int(), updated_at: time }),
    commits: z.array(z.object({ sha: commitId, commit: z.object({ author: z.object({ date: time }) }) })).max(250),
  }),
  deployment_status: z.object({
    repository,
    deployment: z.object({
      id: z.number(),
      sha: commitId,
      ref: z.string(),
      environment: z.string(),
      created_at: time,
    }),
    deployment_status: z.object({ state: z.string(), created_at: time, log_url: z.string().nullish() }),
  }),
  workflow_run: z.object({
    repository,
    workflow_run: z.object({
      id: z.number(),
      name: z.string().nullable(),
      html_url: z.string(),
      head_sha: commitId,
      status: z.string(),
      conclusion: z.string().nullable(),
      created_at: time,
      run_started_at: time.nullable().default(null),
      updated_at: time,
    }),
  }),
  release: z.object({
    action: z.string(),
    repository,
    /** Of the API alone: what the tag leads to. A webhook's push of the tag tells it. */
    tag_commit: commitId.optional(),
    release: z.object({
      id: z.number(),
      tag_name: z.string(),
      html_url: z.string(),
      target_commitish: z.string(),
      published_at: time.nullable(),
      draft: z.boolean().default(false),
      prerelease: z.boolean().default(false),
    }),
  }),
  issues: z.object({
    action: z.string(),
    repository,
    /** The one that was put on or taken off. */
    label: label.optional(),
    issue: z.object({
      number: z.number().int(),
      title: z.string(),
      html_url: z.string(),
      created_at: time,
      updated_at: time,
      closed_at: time.nullable(),
      labels: z.array(label).default([]),
    }),
  }),
};
