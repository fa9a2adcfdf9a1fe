import { CloudEvent, emitterFor, httpTransport, Mode } from "cloudevents";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createToken } from "./api.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const SHA = "d".repeat(40);

type Facts = Record<"changes" | "deployments" | "incidents" | "pipelineRuns" | "testRuns", Record<string, unknown>[]>;

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
  await server.api.request("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
});

afterAll(async () => {
  await server.stop();
});

const facts = (environment = "production"): Promise<Facts> =>
  server.api.get(`/api/v1/services/shop/facts?environment=${environment}`);

/** A CDEvent as the specification's examples have it, in a CloudEvent of the official SDK. */
function event(type: string, id: string, subject: object, customData: object = {}) {
  const context = { version: "0.4.1", id, source: "/ci", type, timestamp: "2026-11-19T10:00:00Z" };
  return new CloudEvent({ id, source: "/ci", type, data: { context, subject: { type: "x", ...subject }, customData } });
}

const deployed = (id: string, environment = "production") =>
  event(
    "dev.cdevents.service.deployed.0.2.0",
    id,
    { id: "shop", content: { environment: { id: environment }, artifactId: "pkg:oci/shop@sha256%3A0b31" } },
    { revision: SHA, isPlanned: true, deploymentId: id },
  );

function emitter(mode: Mode, token: string) {
  const emit = emitterFor(httpTransport(`${server.api.url}/cdevents`), { mode });
  return (cloudEvent: ReturnType<typeof event>) => emit(cloudEvent, { headers: { authorization: `Bearer ${token}` } });
}

it("takes deployments from the official CloudEvents SDK, binary and structured, each once", async () => {
  const { token } = await createToken(server.api, "telemetry");

  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) await emitter(mode, token)(deployed("d-1"));
  await emitter(Mode.STRUCTURED, token)(deployed("d-2"));
  const { deployments } = await facts();

  expect(deployments.map(({ id }) => id)).toEqual(["d-1", "d-2"]);
  expect(deployments[0]).toMatchObject({
    ...{ service: "shop", environment: "production", revision: SHA, isPlanned: true },
    finishedAtMs: Date.parse("2026-11-19T10:00:00Z"),
  });
});

it("takes a batch of changes, runs, tests and incidents, and says what it ignored", async () => {
  const change = { id: "42", content: { repository: { id: "acme/shop" }, title: "Faster search" } };
  const incident = {
    id: "inc-9",
    content: { service: { id: "shop" }, environment: { id: "production" }, description: "Down" },
  };
  const run = { id: "run-3", content: { pipelineName: "build", outcome: "success" } };
  const test = { id: "t-1", content: { outcome: "fail", testCase: { id: "pays" } } };
  const at = { repository: "acme/shop", revision: SHA };
  const batch = [
    event("dev.cdevents.change.created.0.3.0", "1", change, { author: "maya" }),
    event("dev.cdevents.change.merged.0.2.0", "2", change, { mergeCommit: SHA }),
    event("dev.cdevents.incident.detected.0.2.0", "3", incident),
    event("dev.cdevents.pipelinerun.started.0.2.0", "4", run, at),
    event("dev.cdevents.pipelinerun.finished.0.2.0", "5", run, at),
    event("dev.cdevents.testcaserun.finished.0.2.0", "6", test, at),
    event("dev.cdevents.branch.created.0.2.0", "7", { id: "b", content: {} }),
  ];

  const send = () =>
    server.api.request("POST", "/cdevents", batch, { "content-type": "application/cloudevents-batch+json" });
  const first = await send();
  const again = await send();
  const told = await facts();

  expect(first).toMatchObject({ status: 202, body: { told: 6, ignored: ["dev.cdevents.branch.created.0.2.0"] } });
  expect(again.body).toMatchObject({ told: 0, duplicates: 6 });
  expect(told.changes).toMatchObject([
    { id: "acme/shop#42", title: "Faster search", author: "maya", mergeCommit: SHA },
  ]);
  expect(told.incidents).toMatchObject([{ id: "inc-9", title: "Down", resolvedAtMs: null }]);
  expect(told.pipelineRuns).toMatchObject([{ name: "build", outcome: "succeeded", revision: SHA }]);
  expect(told.testRuns).toMatchObject([{ test: "pays", outcome: "failed" }]);
});

it("names what is wrong, and takes nothing of a batch with a fault", async () => {
  const structured = { "content-type": "application/cloudevents+json" };
  const nobody = event("dev.cdevents.change.created.0.3.0", "n-1", { id: "1", content: {} });
  const batch = [deployed("d-9"), { specversion: "1.0" }];

  const refusals = await Promise.all([
    server.api.refused("POST", "/cdevents", { specversion: "1.0", id: "x", type: "y", data: {} }, structured),
    server.api.refused("POST", "/cdevents", nobody, structured),
    server.api.refused("POST", "/cdevents", "{", structured),
    server.api.refused("POST", "/cdevents", {}, { "content-type": "application/json" }),
    server.api.refused("POST", "/cdevents", batch, { "content-type": "application/cloudevents-batch+json" }),
  ]);

  const codes = refusals.map(({ code }) => code);
  expect(codes).toEqual(["invalid-request", "invalid-request", "malformed-body", "invalid-request", "invalid-request"]);
  expect(refusals[1]?.detail).toMatch(/Name a repository or a service/);
  expect((await facts()).deployments.map(({ id }) => id)).not.toContain("d-9");
});

it("refuses a token of another environment", async () => {
  const { token } = await createToken(server.api, "telemetry", "staging");
  const headers = { "content-type": "application/cloudevents+json" };

  const refusal = await server.api.as(token).refused("POST", "/cdevents", deployed("d-8"), headers);

  expect(refusal).toMatchObject({ status: 403, code: "environment-forbidden" });
});

it("takes the webhooks of DevLake as they are", async () => {
  const base = "/devlake/api/plugins/webhook/connections/shop";
  const commit = { repoUrl: "https://example.test/acme/shop", commitSha: SHA, refName: "main" };

  await server.api.post(`${base}/deployments`, {
    ...{ id: "devlake-1", displayTitle: "Release 12", environment: "STAGING", result: "SUCCESS" },
    ...{
      startedDate: "2026-11-19T09:00:00+00:00",
      finishedDate: "2026-11-19T09:10:00+00:00",
      deploymentCommits: [commit],
    },
  });
  await server.api.post(`${base}/issues`, {
    ...{ issueKey: "INC-3", title: "Slow", type: "INCIDENT", status: "DONE", createdDate: "2026-11-19T09:30:00+00:00" },
  });
  await server.api.post(`${base}/issue/INC-3/close`, {});

  expect((await facts("staging")).deployments).toMatchObject([{ id: "devlake-1", name: "Release 12", revision: SHA }]);
  const { incidents } = await facts();
  expect(incidents.find(({ id }) => id === "INC-3")).toMatchObject({ title: "Slow", resolvedAtMs: expect.any(Number) });
});
