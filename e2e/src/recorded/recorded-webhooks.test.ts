import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { sign } from "@octokit/webhooks-methods";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ServerProcess, startServer } from "../server-process.ts";
import { GITLAB_MESSAGES } from "./gitlab-documented.ts";
import { OLDER_GITLAB_MESSAGES } from "./gitlab-older.ts";

const definitions = z.array(z.object({ name: z.string(), examples: z.array(z.unknown()) }));
type Recorded = { readonly event: string; readonly body: unknown };
type Told = { readonly event: string; readonly outcome: string; readonly status: number };
type Source = {
  readonly id: string;
  readonly secret: string;
  readonly webhookPath: string;
  readonly messages: readonly { readonly event: string; readonly outcome: string; readonly count: number }[];
};
type Facts = Record<"commits" | "changes" | "deployments" | "incidents" | "pipelineRuns", Record<string, unknown>[]>;

/** None of the recorded issues bears the label of an incident: only of the one that went to another repository something is told, that it is none here. */
const TELLING = [
  "deployment_status",
  "issues",
  "pull_request",
  "pull_request_review",
  "push",
  "release",
  "workflow_run",
];
const SENT_AT_ONCE = 16;

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
  await server.api.request("PUT", "/api/v1/services/hello", { repositories: ["Codertocat/Hello-World"] });
  await server.api.request("PUT", "/api/v1/services/diaspora", { repositories: ["acme/diaspora"] });
  await server.api.request("PUT", "/api/v1/services/older", { repositories: ["acme/older"] });
});

afterAll(async () => {
  await server?.stop();
});

const connect = (kind: string): Promise<Source> => server.api.post("/api/v1/sources", { kind, name: "recorded" });

const facts = (service: string, environment = "production"): Promise<Facts> =>
  server.api.get(`/api/v1/services/${service}/facts?environment=${environment}`);

async function tallies(source: Source): Promise<Source["messages"]> {
  const { items } = await server.api.get<{ items: Source[] }>("/api/v1/sources");
  return items.find(({ id }) => id === source.id)?.messages ?? [];
}

/** Every body that github.com sent, and each edition of GitHub Enterprise Server. */
async function recordedMessages(): Promise<readonly Recorded[]> {
  const root = new URL(".", import.meta.resolve("@octokit/webhooks-examples/package.json"));
  const editions = (await readdir(fileURLToPath(root))).filter((name) => /^(api\.github\.com|ghes-\d+)$/.test(name));
  const read = async (edition: string) =>
    definitions.parse(JSON.parse(await readFile(new URL(`${edition}/index.json`, root), "utf8")));
  const all = (await Promise.all(editions.sort().map(read))).flat();
  return all.flatMap(({ name, examples }) => examples.map((body) => ({ event: name, body })));
}

async function send(source: Source, event: string, message: unknown): Promise<Told> {
  const body = JSON.stringify(message);
  const signed = source.webhookPath.includes("github")
    ? { "x-github-event": event, "x-hub-signature-256": await sign(source.secret, body) }
    : { "x-gitlab-event": event, "x-gitlab-token": source.secret };
  const headers = { "content-type": "application/json", ...signed };
  const { status, body: answer } = await server.api.as("").request("POST", source.webhookPath, body, headers);
  return { event, status, outcome: z.object({ outcome: z.string() }).parse(answer).outcome };
}

describe("every webhook that GitHub is known to have sent", () => {
  it("is taken, signed, through the endpoint: facts where it tells some, else counted by its type", async () => {
    const source = await connect("github");
    const messages = await recordedMessages();

    const answers: Told[] = [];
    for (let start = 0; start < messages.length; start += SENT_AT_ONCE) {
      const some = messages.slice(start, start + SENT_AT_ONCE);
      answers.push(...(await Promise.all(some.map(({ event, body }) => send(source, event, body)))));
    }
    const counted = await tallies(source);

    expect(messages.length).toBeGreaterThan(300);
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    const byType = Map.groupBy(answers, ({ event, outcome }) => `${event}: ${outcome}`);
    const expected = [...byType].map(([type, { length }]) => [type, length]);
    expect(counted.map(({ event, outcome, count }) => [`${event}: ${outcome}`, count]).sort()).toEqual(expected.sort());
    expect(typesOf(counted, "told")).toEqual(TELLING);
    expect(typesOf(counted, "unknown")).toEqual(expect.arrayContaining(["discussion", "sponsorship", "workflow_job"]));
    expect(typesOf(counted, "unknown")).not.toEqual(expect.arrayContaining(["check_run", "deployment", "issues"]));
  });

  it("amounts to the facts of the repository that it was recorded from", async () => {
    const told = await facts("hello");
    const pages = await facts("hello", "github-pages");
    const released = await facts("hello", "releases");

    expect(told.commits).toMatchObject([
      { subject: "Initial commit", parents: [], author: expect.stringMatching(/^Codertocat <.+>$/) },
    ]);
    expect(told.changes).toMatchObject([
      {
        ...{
          id: "Codertocat/Hello-World#2",
          author: "Codertocat",
          isAuthorBot: false,
          linesAdded: 1,
          mergedAtMs: null,
        },
        ...{ openedAtMs: Date.parse("2019-05-15T15:20:33Z"), abandonedAtMs: Date.parse("2019-05-15T19:39:14Z") },
        reviews: [{ verdict: "commented" }, { verdict: "commented" }],
      },
    ]);
    expect(told.deployments).toMatchObject([
      {
        id: "Codertocat/Hello-World@145988746",
        outcome: "succeeded",
        finishedAtMs: Date.parse("2019-05-15T15:20:55Z"),
      },
      { id: "Codertocat/Hello-World@2", outcome: "succeeded" },
    ]);
    expect(told.incidents).toEqual([]);
    expect(pages.deployments.length + released.deployments.length).toBeGreaterThan(0);
    expect(released.deployments).toMatchObject([
      { id: "Codertocat/Hello-World@0.0.1", kind: "release", revision: null },
    ]);
  });

  // Goal: nearly every release names a branch; without the commit it would count for frequency alone.
  it("knows the commit of a release from the push of its tag, whichever comes first", async () => {
    const source = await connect("github");
    const messages = await recordedMessages();
    const push = find(
      messages,
      "push",
      z.looseObject({ ref: z.literal("refs/tags/simple-tag"), deleted: z.literal(false) }),
    );
    const published = z.looseObject({
      action: z.literal("published"),
      release: z.looseObject({ tag_name: z.string() }),
    });
    const release = find(messages, "release", published);
    const named = { ...release, release: { ...release.release, tag_name: "simple-tag" } };

    const before = await facts("hello", "releases");
    await send(source, "release", named);
    await send(source, "push", push);
    const after = await facts("hello", "releases");

    expect(before.deployments.map(({ name }) => name)).toEqual(["0.0.1"]);
    expect(after.deployments.find(({ name }) => name === "simple-tag")).toMatchObject({
      revision: "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    });
  });
});

describe("the webhooks that GitLab documents", () => {
  it("are taken through the endpoint, in any order, and amount to one story", async () => {
    const source = await connect("gitlab");

    const answers: Told[] = [];
    for (const { event, body } of [...GITLAB_MESSAGES].reverse()) answers.push(await send(source, event, body));
    const told = await facts("diaspora");
    const released = await facts("diaspora", "releases");
    const counted = await tallies(source);

    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(typesOf(counted, "unknown")).toEqual(["Emoji Hook", "Member Hook"]);
    expect(told.changes).toMatchObject([
      {
        ...{ id: "acme/diaspora!1", author: "lena", readyAtMs: Date.parse("2021-12-10T12:00:00Z") },
        ...{ openedAtMs: Date.parse("2021-12-10T09:00:00Z"), mergedAtMs: Date.parse("2021-12-13T10:00:00Z") },
        reviews: [{ reviewer: "omar", verdict: "commented" }, { verdict: "approved" }],
      },
    ]);
    expect(told.commits.map(({ subject }) => subject).sort()).toEqual(["Merge", "Sort first"]);
    expect(told.deployments).toMatchObject([
      {
        ...{ outcome: "succeeded", revision: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7", name: "v1.1" },
        ...{ startedAtMs: Date.parse("2021-12-13T10:11:00Z"), finishedAtMs: Date.parse("2021-12-13T10:12:00Z") },
      },
    ]);
    expect(told.pipelineRuns).toMatchObject([{ outcome: "failed", startedAtMs: Date.parse("2021-12-13T10:00:40Z") }]);
    expect(told.incidents).toMatchObject([
      { title: "Nobody can pay", resolvedAtMs: Date.parse("2021-12-13T13:30:00Z") },
    ]);
    expect(released.deployments).toMatchObject([{ name: "v1.1", kind: "release", outcome: "succeeded" }]);
  });
});

// Goal: GitLab switches a webhook off after four refusals, and would then not tell what can be read either.
describe("the webhooks of GitLab before version 14", () => {
  it("are all taken: told where they tell enough, else counted as not understood", async () => {
    const source = await connect("gitlab");

    const answers: Told[] = [];
    for (const { event, body } of OLDER_GITLAB_MESSAGES) answers.push(await send(source, event, body));
    const told = await facts("older");
    const staged = await facts("older", "staging");
    const counted = await tallies(source);

    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(OLDER_GITLAB_MESSAGES.map(({ outcome }) => outcome));
    expect(counted.find(({ outcome }) => outcome === "unknown")).toMatchObject({ event: "Deployment Hook", count: 2 });
    expect(staged.deployments).toMatchObject([
      {
        ...{ id: "acme/older@job/857", outcome: "succeeded", name: "da15608" },
        revision: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
        ...{ startedAtMs: Date.parse("2021-04-28T19:49:00Z"), finishedAtMs: Date.parse("2021-04-28T19:50:00Z") },
      },
    ]);
    expect(told.changes).toMatchObject([
      { id: "acme/older!1", title: "MS-Viewport", readyAtMs: Date.parse("2013-12-03T18:00:00Z") },
    ]);
    expect(told.incidents).toMatchObject([{ title: "Nobody can pay", resolvedAtMs: null }]);
  });
});

function typesOf(counted: Source["messages"], outcome: string): string[] {
  return counted.filter((each) => each.outcome === outcome).map(({ event }) => event);
}

function find<T>(messages: readonly Recorded[], event: string, schema: z.ZodType<T>): T {
  for (const each of messages) {
    const read = schema.safeParse(each.body);
    if (each.event === event && read.success) return read.data;
  }
  throw new Error(`no such ${event} was recorded`);
}
