import { sign } from "@octokit/webhooks-methods";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServerProcess, startServer } from "./server-process.ts";

const SHA = "c".repeat(40);
const REPOSITORY = { full_name: "Acme/Shop", default_branch: "main" };
const MAYA = { login: "maya", type: "User" };

const REQUEST = {
  ...{ number: 7, title: "One page instead of four", html_url: "https://example.test/7", user: MAYA, draft: false },
  ...{ created_at: "2026-11-18T09:00:00Z", updated_at: "2026-11-18T09:00:00Z", merged_at: null, closed_at: null },
  ...{ merge_commit_sha: null, additions: 40, deletions: 12, changed_files: 3 },
};
const MERGED = {
  ...REQUEST,
  ...{ updated_at: "2026-11-19T15:00:00Z", merged_at: "2026-11-19T15:00:00Z", closed_at: "2026-11-19T15:00:00Z" },
  merge_commit_sha: SHA,
};
const DEPLOYMENT = {
  repository: REPOSITORY,
  deployment: { id: 1, sha: SHA, ref: "v2", environment: "Production", created_at: "2026-11-19T16:00:00Z" },
};

type Facts = Record<"commits" | "changes" | "deployments" | "incidents" | "pipelineRuns", Record<string, unknown>[]>;
type Source = {
  id: string;
  secret: string;
  webhookPath: string;
  messages: { event: string; outcome: string; count: number }[];
};

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
  await server.api.request("PUT", "/api/v1/services/shop", { repositories: ["acme/shop", "acme/lab"] });
});

afterAll(async () => {
  await server.stop();
});

const connect = (kind: string): Promise<Source> => server.api.post("/api/v1/sources", { kind, name: "acme" });

async function deliver(source: Source, event: string, message: object, headers: Record<string, string> = {}) {
  const body = JSON.stringify(message);
  const isGitHub = source.webhookPath.includes("github");
  return server.api.as("").request("POST", source.webhookPath, body, {
    "content-type": "application/json",
    ...(isGitHub
      ? { "x-github-event": event, "x-hub-signature-256": await sign(source.secret, body) }
      : { "x-gitlab-event": event, "x-gitlab-token": source.secret }),
    ...headers,
  });
}

const facts = (environment = "production"): Promise<Facts> =>
  server.api.get(`/api/v1/services/shop/facts?environment=${environment}`);

describe("webhooks of GitHub", () => {
  it("tell a change, its review and its deployment, in whatever order and however often", async () => {
    const source = await connect("github");
    const review = { user: { login: "jonas", type: "User" }, state: "approved", submitted_at: "2026-11-19T10:00:00Z" };
    const messages: [string, object][] = [
      ["deployment_status", { ...DEPLOYMENT, deployment_status: status("success", "2026-11-19T16:05:00Z") }],
      ["pull_request", { action: "closed", repository: REPOSITORY, pull_request: MERGED }],
      ["pull_request_review", { action: "submitted", repository: REPOSITORY, pull_request: { number: 7 }, review }],
      ["deployment_status", { ...DEPLOYMENT, deployment_status: status("in_progress", "2026-11-19T16:01:00Z") }],
      ["pull_request", { action: "opened", repository: REPOSITORY, pull_request: REQUEST }],
      ["deployment_status", { ...DEPLOYMENT, deployment_status: status("inactive", "2026-11-20T08:00:00Z") }],
    ];

    for (const [event, message] of [...messages, ...messages.slice(0, 3)]) {
      expect((await deliver(source, event, message)).status).toBe(202);
    }
    const { changes, deployments } = await facts();

    expect(changes).toMatchObject([
      {
        ...{ id: "Acme/Shop#7", author: "maya", title: "One page instead of four", mergeCommit: SHA, linesAdded: 40 },
        openedAtMs: Date.parse("2026-11-18T09:00:00Z"),
        mergedAtMs: Date.parse("2026-11-19T15:00:00Z"),
        reviews: [{ reviewer: "jonas", isBot: false, verdict: "approved" }],
      },
    ]);
    expect(deployments).toMatchObject([
      {
        ...{ service: "shop", environment: "production", revision: SHA, outcome: "succeeded", name: "v2" },
        startedAtMs: Date.parse("2026-11-19T16:01:00Z"),
        finishedAtMs: Date.parse("2026-11-19T16:05:00Z"),
      },
    ]);
  });

  it("that contradict each other are believed by their own times, in whatever order they come", async () => {
    const source = await connect("github");
    const repository = { full_name: "acme/odd", default_branch: "main" };
    const told = (id: number, state: string, at: string) => ({
      ...{ ...DEPLOYMENT, repository, deployment: { ...DEPLOYMENT.deployment, id } },
      deployment_status: status(state, at),
    });
    const closed = { ...REQUEST, updated_at: "2026-11-18T12:00:00Z", closed_at: "2026-11-18T12:00:00Z" };
    const reopened = { ...REQUEST, updated_at: "2026-11-18T13:00:00Z" };
    await server.api.request("PUT", "/api/v1/services/odd", { repositories: ["acme/odd"] });

    await deliver(source, "deployment_status", told(1, "success", "2026-11-19T16:05:00Z"));
    await deliver(source, "deployment_status", told(1, "failure", "2026-11-19T16:06:00Z"));
    await deliver(source, "deployment_status", told(2, "failure", "2026-11-19T17:06:00Z"));
    await deliver(source, "deployment_status", told(2, "success", "2026-11-19T17:05:00Z"));
    await deliver(source, "pull_request", { action: "reopened", repository, pull_request: reopened });
    await deliver(source, "pull_request", { action: "closed", repository, pull_request: closed });
    const odd = await server.api.get<Facts>("/api/v1/services/odd/facts?environment=production");

    expect(odd.deployments.map(({ outcome, finishedAtMs }) => [outcome, finishedAtMs])).toEqual([
      ["failed", Date.parse("2026-11-19T16:06:00Z")],
      ["failed", Date.parse("2026-11-19T17:06:00Z")],
    ]);
    expect(odd.changes).toMatchObject([{ abandonedAtMs: null, mergedAtMs: null }]);
  });

  it("are refused without the right signature, and counted", async () => {
    const source = await connect("github");
    const message = { action: "opened", repository: REPOSITORY, pull_request: { ...REQUEST, number: 99 } };

    const forged = await deliver(source, "pull_request", message, {
      "x-hub-signature-256": await sign("another secret", JSON.stringify(message)),
    });
    const unsigned = await deliver(source, "pull_request", message, { "x-hub-signature-256": "" });
    const elsewhere = await deliver({ ...source, webhookPath: "/webhooks/github/src_NOBODY" }, "pull_request", message);
    const unread = await deliver(source, "sponsorship", { action: "created" });
    const ping = await deliver(source, "ping", { zen: "Keep it logically awesome." });
    const broken = await deliver(source, "push", { ref: 7 });
    const nul = await deliver(source, "push", { ref: "refs/heads/main", title: "a\0b" });

    for (const each of [forged, unsigned, elsewhere]) {
      expect(each).toMatchObject({ status: 401, body: { code: "signature-invalid" } });
    }
    expect([unread.body, ping.body]).toEqual([{ outcome: "unknown" }, { outcome: "ignored" }]);
    // Not refused: GitLab would stop sending what can be read, too.
    expect([broken, nul]).toMatchObject(Array(2).fill({ status: 202, body: { outcome: "unknown" } }));
    const { items } = await server.api.get<{ items: Source[] }>("/api/v1/sources");
    const counted = items.find(({ id }) => id === source.id)?.messages;
    expect(counted).toMatchObject([
      { event: "ping", outcome: "ignored", count: 1 },
      { event: "pull_request", outcome: "refused", count: 2 },
      { event: "push", outcome: "unknown", count: 2 },
      { event: "sponsorship", outcome: "unknown", count: 1 },
    ]);
    expect((await facts()).changes.map(({ number }) => number)).not.toContain(99);
  });

  it("are refused once their source is disconnected", async () => {
    const source = await connect("github");
    await server.api.request("DELETE", `/api/v1/sources/${source.id}`);

    expect((await deliver(source, "ping", {})).status).toBe(401);
  });

  it("tell commits, runs, releases and incidents", async () => {
    const source = await connect("github");
    const repository = { full_name: "acme/lab", default_branch: "main", pushed_at: 1_763_550_000 };
    const author = { name: "Maya", email: "maya@example.test" };
    const commit = (digit: string, message: string) => ({
      ...{ id: digit.repeat(40), message, timestamp: "2026-11-17T10:00:00Z", author },
    });
    const push = { ref: "refs/heads/main", before: "0".repeat(40), repository };
    const run = {
      ...{ id: 5, name: "build", html_url: "https://example.test/run/5", head_sha: SHA, status: "completed" },
      ...{ conclusion: "failure", created_at: "2026-11-19T15:00:10Z", run_started_at: "2026-11-19T15:01:00Z" },
      updated_at: "2026-11-19T15:09:00Z",
    };
    const release = {
      ...{ id: 3, tag_name: "v3", html_url: "https://example.test/v3", target_commitish: SHA },
      published_at: "2026-11-20T09:00:00Z",
    };
    const issue = {
      ...{ number: 12, title: "Nobody can pay", html_url: "https://example.test/12", labels: [{ name: "Incident" }] },
      ...{ created_at: "2026-11-20T10:00:00Z", updated_at: "2026-11-20T10:00:00Z", closed_at: null },
    };

    await deliver(source, "push", { ...push, commits: [commit("1", "one\n\nbody"), commit("2", "two")] });
    await deliver(source, "push", { ...push, ref: "refs/heads/other", commits: [commit("3", "three")] });
    await deliver(source, "workflow_run", { action: "completed", repository, workflow_run: run });
    await deliver(source, "release", { action: "published", repository, release });
    await deliver(source, "issues", { action: "opened", repository, issue });
    const told = await facts();
    const released = await facts("releases");

    expect(told.commits).toMatchObject([
      { sha: "1".repeat(40), parents: [], subject: "one", body: "body" },
      { sha: "2".repeat(40), parents: ["1".repeat(40)], subject: "two" },
    ]);
    expect(told.pipelineRuns).toMatchObject([{ name: "build", outcome: "failed", revision: SHA }]);
    expect(told.incidents).toMatchObject([{ title: "Nobody can pay", resolvedAtMs: null }]);
    expect(released.deployments).toMatchObject([{ name: "v3", kind: "release", revision: SHA }]);
  });
});

describe("webhooks of GitLab", () => {
  it("tell a merge request and its deployment", async () => {
    const source = await connect("gitlab");
    const project = { path_with_namespace: "acme/lab", default_branch: "main" };
    const attributes = {
      ...{ iid: 4, title: "Faster search", url: "https://example.test/4", state: "opened", action: "open" },
      ...{ created_at: "2026-11-18 09:00:00 UTC", updated_at: "2026-11-18 09:00:00 UTC" },
    };
    const request = (user: string, more: object) => ({
      ...{ user: { username: user }, project, object_attributes: { ...attributes, ...more } },
    });
    const at = (time: string) => ({ updated_at: `2026-11-19 ${time} UTC` });

    await deliver(source, "Merge Request Hook", request("lena", {}));
    await deliver(source, "Merge Request Hook", request("omar", { action: "approved", ...at("10:00:00") }));
    const merge = { action: "merge", state: "merged", merge_commit_sha: SHA, ...at("11:00:00") };
    await deliver(source, "Merge Request Hook", request("omar", merge));
    await deliver(source, "Deployment Hook", {
      ...{ project, status: "success", status_changed_at: "2026-11-19 12:00:00 UTC", deployment_id: 8 },
      ...{ environment: "production", ref: "main", commit_url: `https://example.test/commit/${SHA}` },
    });
    const { changes, deployments } = await facts();

    expect(changes.find(({ id }) => id === "acme/lab!4")).toMatchObject({
      ...{ author: "lena", openedAtMs: Date.parse("2026-11-18T09:00:00Z"), mergeCommit: SHA },
      mergedAtMs: Date.parse("2026-11-19T11:00:00Z"),
      reviews: [{ reviewer: "omar", verdict: "approved" }],
    });
    expect(deployments.find(({ id }) => id === "acme/lab@8")).toMatchObject({ revision: SHA, outcome: "succeeded" });
  });

  it("are refused without the right token", async () => {
    const source = await connect("gitlab");

    expect((await deliver(source, "Push Hook", {}, { "x-gitlab-token": "wrong" })).status).toBe(401);
  });
});

function status(state: string, at: string): object {
  return { state, created_at: at, log_url: "" };
}
