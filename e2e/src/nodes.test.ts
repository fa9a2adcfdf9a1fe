import { OpenFeature } from "@openfeature/server-sdk";
import { SteadfastProvider } from "@steadfast/openfeature-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  findPostgres,
  isPostgresOptional,
  type PostgresCluster,
  startPostgresCluster,
} from "../../packages/server/src/db/postgres-cluster.fixture.ts";
import { type Api, createToken, type FlagState } from "./api.ts";
import { replay } from "./cli-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, readRollout, SHORT_STAGES, startRollout, untilState } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const postgres = findPostgres();

/** A first stage that lasts until the other node came and went; the rest is short. */
const STAGES = SHORT_STAGES.map((stage, index) => (index === 0 ? { ...stage, minSeconds: 12 } : stage));

describe.skipIf("reason" in postgres && isPostgresOptional)("two servers on one PostgreSQL", () => {
  let cluster: PostgresCluster;
  let databaseUrl: string;
  let a: ServerProcess;
  let b: ServerProcess;

  beforeAll(async () => {
    if ("reason" in postgres) throw new Error(postgres.reason);
    cluster = await startPostgresCluster(postgres);
    databaseUrl = await cluster.createDatabase();
    a = await startServer({ databaseUrl, env: { STEADFAST_NODE_NAME: "a" } });
    b = await startServer({ databaseUrl, env: { STEADFAST_NODE_NAME: "b" } });
  });

  afterAll(async () => {
    await OpenFeature.clearProviders();
    await Promise.all([a?.stop(), b?.stop()]);
    await cluster?.remove();
  });

  it("serve one environment: what is changed on one is applied by a provider of the other", async () => {
    await createFlag(a.api, "shared");
    const { token } = await createToken(a.api, "client");
    await OpenFeature.setProviderAndWait("nodes", new SteadfastProvider({ url: b.url, token, observe: false }));
    const flags = OpenFeature.getClient("nodes");
    const lagsMs: number[] = [];

    for (const variant of ["on", "off", "on"] as const) {
      await setDefault(a.api, "shared", variant);
      const startedAtMs = performance.now();
      await eventually("the change on the other node", async () =>
        (await flags.getBooleanValue("shared", variant !== "on")) === (variant === "on") ? true : undefined,
      );
      lagsMs.push(performance.now() - startedAtMs);
    }

    expect(await flags.getBooleanDetails("shared", false)).toMatchObject({ value: true, variant: "on" });
    console.info(
      `answered on a, applied through b: ${lagsMs.map((lagMs) => lagMs.toFixed(0)).join(", ")} ms (read every 50)`,
    );
  });

  it("refuse a revoked token, wherever it was revoked", async () => {
    const created = await createToken(a.api, "operator");
    const onB = b.api.as(created.token);
    await eventually("the other node to know the token", async () =>
      (await onB.request("GET", "/api/v1/me")).status === 200 ? true : undefined,
    );

    await a.api.request("DELETE", `/api/v1/tokens/${created.id}`);

    await eventually("the other node to refuse it", async () =>
      (await onB.request("GET", "/api/v1/me")).status === 401 ? true : undefined,
    );
  });

  it("judge together: telemetry of one counts on the other, which takes the rollout over when the first dies", async () => {
    await createFlag(a.api, "shouldered");
    await eventually("the other node to know the flag", () =>
      b.api.get<FlagState>("/api/v1/environments/production/flags/shouldered"),
    );
    // Only the other node hears of the users.
    const load = await startTelemetryLoad(b.api, { flag: "shouldered", requestsPerSecond: 1_000 });
    const { id } = await startRollout(a.api, "shouldered", { stages: STAGES });
    const judged = await eventually("a judgement on the users", async () => {
      const rollout = await readRollout(a.api, id);
      return (rollout.signals[0]?.baseline.requests ?? 0) > 0 ? rollout : undefined;
    });
    const [holder, other] = (await heldBy(a)) > 0 ? [a, b] : [b, a];
    if (holder === b) await load.stop();
    const more =
      holder === b ? await startTelemetryLoad(a.api, { flag: "shouldered", requestsPerSecond: 1_000 }) : load;

    await holder.kill("SIGKILL");
    const killedAtMs = performance.now();
    const taken = await eventually("the other node to go on", async () => {
      const rollout = await readRollout(other.api, id);
      return (await heldBy(other)) > 0 && (rollout.decision?.tick ?? 0) > (judged.decision?.tick ?? 0)
        ? rollout
        : undefined;
    });
    const takenAfterMs = performance.now() - killedAtMs;

    expect(taken.signals[0]?.baseline.requests).toBeGreaterThanOrEqual(judged.signals[0]?.baseline.requests ?? 0);
    expect(await untilState(other.api, id, "completed")).toMatchObject({ share: 1 });
    expect(await replay(other.url, other.adminToken, id)).toMatchObject({ identical: true });
    await more.stop();
    console.info(`the other node went on ${takenAfterMs.toFixed(0)} ms after the kill (a lease lasts 3 s)`);
  });
});

async function setDefault(api: Api, key: string, defaultVariant: "on" | "off"): Promise<void> {
  const path = `/api/v1/environments/production/flags/${key}`;
  const { version } = await api.get<FlagState>(path);
  const body = { defaultVariant, reason: "a journey" };
  const answer = await api.request("PUT", path, body, { "if-match": `"${version}"` });
  expect(answer.status).toBe(200);
}

/** Rollouts that the node held in the last second, by its own metrics. */
async function heldBy(server: ServerProcess): Promise<number> {
  const { body } = await server.api.request<string>("GET", "/metrics");
  return Number(/^steadfast_leases_held (\d+)/m.exec(body)?.[1] ?? Number.NaN);
}
