import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";

const SHA = "c".repeat(40);
const REPORT = "/api/v1/services/shop/delivery?from=2026-11-01T00:00:00Z&to=2026-11-21T00:00:00Z";
const at = (time: string): number => Date.parse(`2026-11-19T${time}Z`);

/** A CI system with the official SDK: it exports in batches, by protobuf, to the address that the guide names. */
function instrument(address: string) {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      ...{ "service.name": "ci", "vcs.repository.url.full": "https://forge.example/Acme/Shop.git" },
      ...{ "cicd.pipeline.name": "Build", "vcs.ref.head.revision": SHA },
    }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${address}/cicd/v1/traces`, headers }) }),
    ],
  });
  const tracer = provider.getTracer("ci");
  return {
    span: (name: string, [from, to]: readonly [string, string], attributes: Record<string, string>) => {
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: at(from), attributes });
      if (attributes["cicd.pipeline.result"] === "failure") span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(at(to));
    },
    shutdown: () => provider.shutdown(),
  };
}

describeOnEachStore("spans of a CI system", (open) => {
  // Goal: what the exporter sends is what a lead reads: how much of the waiting is CI, and which tests are flaky.
  it("travel from the official exporter into the report on the service", async () => {
    const { node, ask, close } = await openTestNode(await open.config());
    const address = await node.app.listen({ host: "127.0.0.1", port: 0 });
    await ask("PUT", "/api/v1/services/shop", { repositories: ["acme/shop"] });
    const told = { service: "shop", environment: "production" };
    await ask("POST", "/api/v1/deployments", {
      ...told,
      id: "d-0",
      revision: "b".repeat(40),
      finishedAt: "2026-11-18T12:00:00Z",
    });
    await ask("POST", "/api/v1/deployments", { ...told, id: "d-1", revision: SHA, finishedAt: "2026-11-19T12:00:00Z" });
    const before = await ask("GET", REPORT);

    const ci = instrument(address);
    ci.span("queue", ["09:00:00", "09:05:00"], { "cicd.pipeline.run.id": "1", "cicd.pipeline.run.state": "pending" });
    ci.span("RUN Build", ["09:05:00", "09:25:00"], { "cicd.pipeline.run.id": "1", "cicd.pipeline.result": "failure" });
    ci.span("RUN Build", ["09:30:00", "09:50:00"], { "cicd.pipeline.run.id": "2", "cicd.pipeline.result": "success" });
    ci.span("pays", ["09:10:00", "09:11:00"], { "test.case.name": "pays", "test.case.result.status": "fail" });
    ci.span("pays", ["09:40:00", "09:41:00"], { "test.case.name": "pays", "test.case.result.status": "pass" });
    await ci.shutdown();
    const facts = await ask("GET", "/api/v1/services/shop/facts");
    const after = await ask("GET", REPORT);
    await close();

    expect(JSON.stringify(before.body.unknowns)).toContain("pipeline runs");
    expect(JSON.stringify(before.body.unknowns)).toContain("flaky");
    expect(facts.body.pipelineRuns).toMatchObject([
      { id: "Acme/Shop#1", outcome: "failed", queuedAtMs: at("09:00:00"), startedAtMs: at("09:05:00"), revision: SHA },
      { id: "Acme/Shop#2", outcome: "succeeded", finishedAtMs: at("09:50:00") },
    ]);
    expect(after.body.flakyTests).toMatchObject([{ test: "pays", flakyRevisions: 1, revisions: 1, lostMs: 60_000 }]);
    expect(JSON.stringify(after.body.unknowns)).not.toMatch(/pipeline runs|flaky/);
    expect(after.body.silentSources).toEqual([]);
  });
});
