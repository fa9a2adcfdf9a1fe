import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "./cli-process.ts";
import { type ForgeServer, startForgeServer } from "./forge-server.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const HOUR_MS = 3_600_000;
const sha = (digit: string) => digit.repeat(40);
/** Hours before now: an import looks back from now. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000;
const ago = (hours: number) => new Date(NOW_MS - hours * HOUR_MS).toISOString().replace(".000", "");
const MAYA = { login: "maya", type: "User" };

const pull = (number: number, openedHoursAgo: number) => ({
  ...{ number, title: `Change ${number}`, html_url: `https://example.test/${number}`, user: MAYA, draft: false },
  ...{ created_at: ago(openedHoursAgo), updated_at: ago(openedHoursAgo - 20), merged_at: ago(openedHoursAgo - 20) },
  ...{ closed_at: ago(openedHoursAgo - 20), merge_commit_sha: sha(String(number)) },
});
const commit = (digit: string, parent: string, hoursAgo: number) => ({
  ...{ sha: sha(digit), parents: [{ sha: sha(parent) }] },
  commit: {
    message: `Change ${digit}`,
    author: { name: "Maya", email: "maya@example.test", date: ago(hoursAgo + 10) },
    committer: { date: ago(hoursAgo) },
  },
});
const PULLS = [pull(3, 40), pull(2, 60), pull(1, 80)];
const GITHUB: Record<string, unknown> = {
  "repos/acme/shop": { full_name: "acme/shop", default_branch: "main" },
  "repos/acme/shop/commits": [commit("3", "2", 20), commit("2", "1", 40), commit("1", "0", 60)],
  "repos/acme/shop/pulls": [...PULLS, { ...pull(9, 24 * 400), number: 9 }],
  ...Object.fromEntries(
    PULLS.flatMap((each) => [
      [`repos/acme/shop/pulls/${each.number}`, { ...each, additions: 10, deletions: 2, changed_files: 1 }],
      [
        `repos/acme/shop/pulls/${each.number}/reviews`,
        [{ user: { login: "jonas", type: "User" }, state: "APPROVED", submitted_at: each.merged_at }],
      ],
      [`repos/acme/shop/pulls/${each.number}/commits`, [commit("a", "b", 90)]],
    ]),
  ),
  "repos/acme/shop/deployments": [3, 2, 1].map((id) => ({
    ...{ id, sha: sha(String(id)), ref: `v${id}`, environment: "production", created_at: ago(id === 1 ? 55 : 20 - id) },
  })),
  ...Object.fromEntries(
    [3, 2, 1].map((id) => [
      `repos/acme/shop/deployments/${id}/statuses`,
      [{ state: "success", created_at: ago(id === 1 ? 55 : 20 - id), log_url: "" }],
    ]),
  ),
  "repos/acme/shop/releases": [],
  "repos/acme/shop/labels": [{ name: "incident" }],
  // A pull request: GitHub lists them among the issues.
  "repos/acme/shop/issues": [
    {
      ...{ number: 3, title: "Mend the outage", html_url: "https://github.example/acme/shop/pull/3", state: "closed" },
      ...{ created_at: ago(40), updated_at: ago(20), closed_at: ago(20), labels: [{ name: "incident" }] },
      pull_request: { url: "https://api.github.example/repos/acme/shop/pulls/3" },
    },
  ],
  "repos/acme/shop/actions/runs": { workflow_runs: [] },
};

const NOTES = [
  { author: { username: "omar" }, system: false, created_at: ago(30), body: "Why not sort first?" },
  { author: { username: "project_7_bot_c0ffee" }, system: false, created_at: ago(40), body: "Coverage: 81 %" },
  { author: { username: "lena" }, system: true, created_at: ago(36), body: "marked this merge request as **ready**" },
  { author: { username: "omar" }, system: true, created_at: ago(28), body: "approved this merge request" },
  { author: { username: "lena" }, system: true, created_at: ago(27), body: "changed the description" },
];
const labCommit = (digit: string, parents: string[], hoursAgo: number) => ({
  ...{ id: sha(digit), parent_ids: parents.map(sha), message: `Change ${digit}` },
  ...{ author_name: "Lena", author_email: "lena@example.test" },
  ...{ authored_date: ago(hoursAgo + 10), committed_date: ago(hoursAgo), created_at: ago(hoursAgo) },
});
/** GitLab touches a deployment later, as when it is archived. */
const labDeployment = (id: number, digit: string, hoursAgo: number) => ({
  ...{ id, status: "success", updated_at: ago(hoursAgo - 3), ref: "main", sha: sha(digit) },
  environment: { name: "production" },
  deployable: { id: 600 + id, started_at: ago(hoursAgo + 1), finished_at: ago(hoursAgo) },
});
const MERGE_REQUEST = {
  ...{
    iid: 4,
    title: "Faster search",
    web_url: "https://example.test/4",
    state: "merged",
    author: { username: "lena" },
  },
  ...{ created_at: ago(48), updated_at: ago(20), merged_at: ago(26), closed_at: null, draft: false },
  ...{ merge_commit_sha: sha("e"), squash_commit_sha: null, sha: sha("d"), merged_by: { username: "omar" } },
};
const SIZES = [
  { iid: "4", diffStatsSummary: { additions: 30, deletions: 7, fileCount: 2 } },
  { iid: "5", diffStatsSummary: { additions: 0, deletions: 400, fileCount: 9 } },
  { iid: "6", diffStatsSummary: null },
];
const sizesQuery = z.object({
  query: z.string(),
  variables: z.object({ path: z.string(), iids: z.array(z.string()) }),
});
const queries: string[][] = [];
const answerQuery = (sent: unknown) => {
  const { variables } = sizesQuery.parse(sent);
  queries.push(variables.iids);
  const nodes = SIZES.filter(({ iid }) => variables.iids.includes(iid));
  return { data: { project: variables.path === "acme/lab" ? { mergeRequests: { nodes } } : null } };
};
const GITLAB: Record<string, unknown> = {
  graphql: answerQuery,
  "projects/acme/lab": { path_with_namespace: "acme/lab" },
  "projects/acme/lab/repository/commits": [
    labCommit("e", ["b"], 26),
    { ...labCommit("f", ["b"], 27), authored_date: null },
    labCommit("b", [], 60),
  ],
  "projects/acme/lab/merge_requests": [4, 5, 6].map((iid) => ({ ...MERGE_REQUEST, iid })),
  "projects/acme/lab/merge_requests/4/notes": NOTES,
  "projects/acme/lab/merge_requests/5/notes": [],
  "projects/acme/lab/merge_requests/6/notes": [],
  "projects/acme/lab/deployments": [labDeployment(8, "e", 25), labDeployment(7, "b", 50)],
  "projects/acme/lab/merge_requests/4/commits": [labCommit("d", [], 27), labCommit("c", [], 70)],
  "projects/acme/lab/releases": [
    { tag_name: "v2", released_at: ago(20), commit: null },
    { tag_name: "v1", commit: { id: sha("b") } },
  ],
  "projects/acme/lab/issues": [],
  "projects/acme/lab/pipelines": [
    {
      ...{ id: 5, web_url: "https://example.test/5", sha: sha("e"), status: "success" },
      ...{ created_at: ago(27), updated_at: ago(26) },
    },
  ],
};

const isSignedIn = (request: IncomingMessage) => request.headers.authorization === "Bearer forge-secret";

type Facts = Record<"commits" | "changes" | "deployments" | "incidents" | "pipelineRuns", Record<string, unknown>[]>;

let server: ServerProcess;
let github: ForgeServer;
let gitlab: ForgeServer;
let cache: string;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), "steadfast-import-"));
  [server, github, gitlab] = await Promise.all([
    startServer(),
    startForgeServer(GITHUB, isSignedIn),
    startForgeServer(GITLAB, isSignedIn),
  ]);
  for (const [key, repository] of [
    ["shop", "acme/shop"],
    ["lab", "acme/lab"],
  ] as const)
    await server.api.request("PUT", `/api/v1/services/${key}`, { repositories: [repository] });
});

afterAll(async () => {
  await Promise.all([server?.stop(), github?.stop(), gitlab?.stop()]);
  rmSync(cache, { recursive: true, force: true });
});

const facts = (service: string): Promise<Facts> => server.api.get(`/api/v1/services/${service}/facts`);

function importFrom(forge: ForgeServer, kind: string, repository: string, env: Record<string, string> = {}) {
  const apiUrl = kind === "gitlab" ? `${forge.url}/v4` : forge.url;
  const args = ["delivery", "import", kind, "--repo", repository, "--api-url", apiUrl, "--json"];
  const address = { STEADFAST_URL: server.url, STEADFAST_TOKEN: server.adminToken, XDG_CACHE_HOME: cache };
  return runCli(args, { env: { ...address, GITHUB_TOKEN: "forge-secret", GITLAB_TOKEN: "forge-secret", ...env } });
}

describe("steadfast delivery import github", () => {
  it("goes on where it was cut off, waits out a limit, and ends with what the forge knows", async () => {
    github.failOnce("deployments", { status: 401, body: {} });
    const cutOff = await importFrom(github, "github", "acme/shop");
    const commitsAskedBefore = github.asked.filter((each) => each.includes("/shop/commits")).length;
    const resetAtS = Math.ceil(Date.now() / 1_000) + 1;
    const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(resetAtS) };
    github.failOnce("deployments", { status: 429, headers: { "retry-after": "1" }, body: {} });
    github.failOnce("deployments", { status: 403, headers: spent, body: { message: "API rate limit exceeded" } });

    const done = await importFrom(github, "github", "acme/shop");
    const again = await importFrom(github, "github", "acme/shop");
    const { commits, changes, deployments, incidents } = await facts("shop");

    expect(cutOff).toMatchObject({ code: 4, log: expect.stringContaining("GITHUB_TOKEN") });
    expect(done.code, done.log).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ told: 3, skipped: ["commits", "pull requests"] });
    expect(JSON.parse(again.stdout)).toMatchObject({ told: 0, skipped: [] });
    expect(commitsAskedBefore).toBe(2);
    expect(commits.map((each) => each.sha)).toEqual([sha("1"), sha("2"), sha("3")]);
    expect(commits[2]).toMatchObject({ parents: [sha("2")], subject: "Change 3" });
    expect(changes.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(changes[0]).toMatchObject({
      ...{ linesAdded: 10, mergeCommit: sha("1"), firstCommitAtMs: Date.parse(ago(100)) },
      reviews: [{ reviewer: "jonas", verdict: "approved" }],
    });
    expect(deployments.map(({ name }) => name)).toEqual(["v1", "v2", "v3"]);
    expect(incidents).toEqual([]);
    expect(done.log + cutOff.log).not.toContain("forge-secret");
  });

  it("says what to do when the forge does not know the token", async () => {
    const refused = await importFrom(github, "github", "acme/other", { GITHUB_TOKEN: "wrong" });

    expect(refused.code).toBe(4);
    expect(refused.log).toMatch(/answered 401.*token in GITHUB_TOKEN may read it/s);
  });
});

/** GitLab tells by webhook that somebody pushed to, or merged, a request: without its size. */
async function tellByWebhook(iid: number, more: object): Promise<void> {
  const source = await server.api.post<{ webhookPath: string; secret: string }>("/api/v1/sources", {
    ...{ kind: "gitlab", name: "acme" },
  });
  const { title, web_url: url, created_at } = MERGE_REQUEST;
  const headers = { "x-gitlab-event": "Merge Request Hook", "x-gitlab-token": source.secret };
  const body = {
    user: { username: "omar" },
    project: { path_with_namespace: "acme/lab", default_branch: "main" },
    object_attributes: { iid, title, url, created_at, ...more },
  };
  const { status } = await server.api.as("").request("POST", source.webhookPath, JSON.stringify(body), {
    ...{ "content-type": "application/json", ...headers },
  });
  expect(status).toBe(202);
}

describe("steadfast delivery import gitlab", () => {
  it("tells merge requests with their remarks and approvals, deployments and pipelines", async () => {
    gitlab.failOnce("graphql", { status: 404, body: {} });
    const done = await importFrom(gitlab, "gitlab", "acme/lab");
    const { commits, changes, deployments, pipelineRuns } = await facts("lab");

    expect(done.code, done.log).toBe(0);
    expect(changes).toMatchObject([
      {
        ...{ linesAdded: null, linesRemoved: null, filesChanged: null },
        ...{ id: "acme/lab!4", title: "Faster search", author: "lena", mergeCommit: sha("e") },
        ...{ openedAtMs: Date.parse(ago(48)), mergedAtMs: Date.parse(ago(26)) },
        ...{ firstCommitAtMs: Date.parse(ago(80)), readyAtMs: Date.parse(ago(36)), commits: [sha("c"), sha("d")] },
        reviews: [
          { reviewer: "project_7_bot_c0ffee", isBot: true, verdict: "commented" },
          { reviewer: "omar", isBot: false, verdict: "commented" },
          { reviewer: "omar", isBot: false, verdict: "approved" },
        ],
      },
      { id: "acme/lab!5" },
      { id: "acme/lab!6" },
    ]);
    expect(deployments).toMatchObject([
      { revision: sha("b") },
      {
        ...{ revision: sha("e"), outcome: "succeeded", environment: "production" },
        ...{ startedAtMs: Date.parse(ago(26)), finishedAtMs: Date.parse(ago(25)) },
      },
    ]);
    expect(pipelineRuns).toMatchObject([{ outcome: "succeeded", revision: sha("e") }]);
    // Without GraphQL the rest comes all the same, and it is said once, not for each page.
    expect(commits.map((each) => each.sha)).toEqual([sha("b"), sha("e")]);
    expect(JSON.parse(done.stdout).missing).toEqual([
      expect.stringMatching(
        /^Of the commits, 1 left out, which the server cannot read. This is no commit: .*authored_date/,
      ),
      expect.stringMatching(/without sizes.*\/api\/graphql answered 404/),
      "Of the releases, 1 left out: released_at is not told as expected.",
    ]);
    expect(done.log.replace(done.stdout, "").match(/without sizes/g)).toHaveLength(1);
    expect(done.log).not.toContain("forge-secret");
  });

  it("tells the size of each merge request, whatever webhooks told of it before and after", async () => {
    await tellByWebhook(4, { action: "update", state: "merged", updated_at: ago(22) });
    gitlab.failOnce("graphql", { status: 429, headers: { "retry-after": "1" }, body: {} });
    queries.splice(0);
    const sized = await importFrom(gitlab, "gitlab", "acme/lab");
    const again = await importFrom(gitlab, "gitlab", "acme/lab");
    await tellByWebhook(5, { action: "update", state: "merged", updated_at: ago(10) });
    const { changes } = await facts("lab");

    expect(sized.code, sized.log).toBe(0);
    expect(JSON.parse(sized.stdout)).toMatchObject({ told: 2 });
    expect(JSON.parse(again.stdout)).toMatchObject({ told: 0 });
    expect(queries).toEqual([["4", "5"], ["6"], ["4", "5"], ["6"]]);
    expect(changes).toMatchObject([
      { ...{ id: "acme/lab!4", linesAdded: 30, linesRemoved: 7, filesChanged: 2 }, mergeCommit: sha("e") },
      { id: "acme/lab!5", linesAdded: 0, linesRemoved: 400, filesChanged: 9, mergedAtMs: Date.parse(ago(26)) },
      { id: "acme/lab!6", linesAdded: null, linesRemoved: null, filesChanged: null },
    ]);
  });

  it("goes on without what is switched off at the forge, and says so", async () => {
    gitlab.failOnce("pipelines", { status: 403, body: { message: "403 Forbidden" } });

    const done = await importFrom(gitlab, "gitlab", "acme/lab");

    expect(done.code, done.log).toBe(0);
    expect(JSON.parse(done.stdout).missing).toContainEqual(expect.stringMatching(/^No pipelines: .* answered 403/));
  });

  it("begins anew where an earlier run was cut off too long ago: much has happened in what it had done", async () => {
    gitlab.failOnce("pipelines", { status: 401, body: {} });
    const cutOff = await importFrom(gitlab, "gitlab", "acme/lab");
    const checkpoints = join(cache, "steadfast", "imports");
    const then = new Date(Date.now() - 7 * HOUR_MS);
    for (const name of readdirSync(checkpoints)) utimesSync(join(checkpoints, name), then, then);

    const done = await importFrom(gitlab, "gitlab", "acme/lab");

    expect(cutOff.code).toBe(4);
    expect(JSON.parse(done.stdout).skipped).toEqual([]);
  });

  it("makes merge requests count among the small changes: size against time open", async () => {
    type Report = { sizes: { n: number; left: number } };
    const { sizes } = await server.api.get<Report>("/api/v1/services/lab/delivery");

    expect(sizes).toMatchObject({ n: 2, left: 1 });
  });
});
