import { createHmac, randomUUID } from "node:crypto";
import type { Api } from "./api.ts";

/** Where a source's webhooks go, and what signs them. */
export type Webhook = { readonly address: string; readonly secret: string };

/** Connects a source as an admin does. */
export async function connectGithub(api: Api, name: string): Promise<Webhook> {
  const source = await api.post<{ webhookPath: string; secret: string }>("/api/v1/sources", { kind: "github", name });
  return { address: `${api.url}${source.webhookPath}`, secret: source.secret };
}

/** Sends what GitHub would, signed with a secret. @returns the answer's status */
export async function sendAsGithub(
  { address, secret }: Webhook,
  { event, body }: { readonly event: string; readonly body: object },
): Promise<number> {
  const text = JSON.stringify(body);
  const headers = {
    ...{ "content-type": "application/json", "x-github-event": event, "x-github-delivery": randomUUID() },
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`,
  };
  return (await fetch(address, { method: "POST", headers, body: text })).status;
}

/** A deployment that has just succeeded. */
export function deploymentOf(repository: string, id: number, environment: string): { event: string; body: object } {
  const at = new Date(Date.now() - id * 60_000).toISOString();
  const sha = id.toString(16).padStart(40, "0");
  return {
    event: "deployment_status",
    body: {
      repository: { full_name: repository, default_branch: "main" },
      deployment: { id, sha, ref: "main", environment, created_at: at },
      deployment_status: { state: "success", created_at: at },
    },
  };
}

/** A pull request that was merged, and whose commits no push told of. */
export function mergedRequestOf(repository: string, number: number): { event: string; body: object } {
  const at = new Date(Date.now() - number * 3_600_000).toISOString();
  const pullRequest = {
    ...{ number, title: `Change ${number}`, draft: false, state: "closed", user: { login: "ada", type: "User" } },
    ...{ created_at: at, updated_at: at, merged_at: at, closed_at: at, additions: 3, deletions: 1 },
    ...{ merge_commit_sha: number.toString(16).padStart(40, "c"), html_url: "https://github.example/1" },
  };
  const repo = { full_name: repository, default_branch: "main" };
  return { event: "pull_request", body: { action: "closed", number, repository: repo, pull_request: pullRequest } };
}
