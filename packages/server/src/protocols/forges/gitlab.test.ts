import { expect, it } from "vitest";
import { readGitLabMessage } from "./gitlab.ts";

const AT = "2026-11-18 09:00:00 UTC";
const project = { path_with_namespace: "acme/lab", default_branch: "main" };
const request = {
  ...{ iid: 4, title: "Faster search", url: "https://gitlab.example/4", state: "opened", action: "update" },
  ...{ created_at: AT, updated_at: AT },
};

/** What a webhook about a merge request tells of it. */
function toldOf(attributes: object, more: object = {}, username = "omar") {
  const body = { user: { username }, project, object_attributes: { ...request, ...attributes }, ...more };
  const meaning = readGitLabMessage({ event: "Merge Request Hook", messageId: "m", body });
  if (meaning.outcome !== "told") throw new Error(meaning.outcome);
  return meaning.tellings[0]?.told;
}

it.each(["approved", "approval"])(
  "takes the approval of one of several, and of the last, for a review: %s",
  (action) => {
    expect(toldOf({ action })).toMatchObject({ reviews: [{ reviewer: "omar", isBot: false, verdict: "approved" }] });
  },
);

it.each(["project_12_bot", "project_12_bot_3fa4c0ffee", "group_7_bot2", "service_account_group_7_3fa4"])(
  "knows the users that GitLab makes for tokens and services: %s",
  (username) => {
    expect(toldOf({ action: "open" }, {}, username)).toMatchObject({ author: username, isAuthorBot: true });
  },
);

it.each(["maya", "robot", "project_bot", "the_project_12_bot"])("takes nobody else for one: %s", (username) => {
  expect(toldOf({ action: "open" }, {}, username)).toMatchObject({ isAuthorBot: false });
});

it.each([
  ["is told", { draft: { previous: true, current: false } }, Date.parse("2026-11-18T09:00:00Z")],
  [
    "shows in the title",
    { title: { previous: "Draft: Search", current: "Search" } },
    Date.parse("2026-11-18T09:00:00Z"),
  ],
  ["is the other way round", { draft: { previous: false, current: true } }, undefined],
  ["was never a draft", { title: { previous: null, current: "Drafts can be sorted" } }, undefined],
  ["is not told in a way that can be read", { draft: "yes", title: 7 }, undefined],
  ["is told of a new one", { draft: { previous: null, current: false } }, undefined],
])("knows when a draft became ready: it %s", (_, changes, readyAtMs) => {
  expect(toldOf({ draft: false }, { changes })).toMatchObject({ title: "Faster search", readyAtMs });
});

it("is content with a merge whose commit is not told, or told otherwise", () => {
  const merged = { state: "merged", action: "merge", merge_commit_sha: "", squash_commit_sha: "e".repeat(40) };

  expect(toldOf(merged)).toMatchObject({ mergeCommit: "e".repeat(40) });
  expect(toldOf({ ...merged, squash_commit_sha: "none" })).toMatchObject({ mergeCommit: undefined });
});
