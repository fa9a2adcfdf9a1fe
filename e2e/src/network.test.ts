import { expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { createFlag } from "./guarded-rollout.ts";
import { startServer } from "./server-process.ts";

const REPORTING = { NODE_OPTIONS: `--import=${new URL("report-connections.ts", import.meta.url)}` };
const BEGUN = "a connection was begun";

it("speaks to nobody by itself: it answers, and connects nowhere", async () => {
  const server = await startServer({ env: REPORTING });
  await createFlag(server.api, "quiet");
  const body = { kind: "flag", environment: "production", flag: "quiet", candidate: "on", reason: "quietly" };
  const { id } = await server.api.post<{ id: string }>("/api/v1/rollouts", body);
  await server.api.post("/ofrep/v1/evaluate/flags", { context: { targetingKey: "u" } });
  await eventually("a decision of the guard", async () => {
    const { decision } = await server.api.get<{ decision: object | null }>(`/api/v1/rollouts/${id}`);
    return decision ?? undefined;
  });

  await server.stop();

  expect(server.log()).not.toContain(BEGUN);
});

it("connects where it is told to send its traces, and the test would have seen it", async () => {
  const server = await startServer({ env: { ...REPORTING, STEADFAST_OTLP_ENDPOINT: "http://127.0.0.1:9" } });
  await server.api.get("/api/v1/me");

  await server.stop();

  expect(server.log()).toContain(BEGUN);
});
