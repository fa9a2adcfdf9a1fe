import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Exit } from "./child-process.ts";
import { replay } from "./cli-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, readRollout, startRollout, untilState } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { launchServer, startServer } from "./server-process.ts";

/** A rollout is judged again so soon after a restart. */
const RESUME_DEADLINE_MS = 5_000;
/** Less than the 72 s for which the server keeps an idle connection. */
const DRAIN_DEADLINE_MS = 30_000;

const addressInfo = z.object({ port: z.number() });

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "steadfast-e2e-"));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe("kill -9", () => {
  it("does not stop a rollout: after the restart it goes on with the evidence that it had", async () => {
    const first = await startServer({ dataDir });
    await createFlag(first.api, "resumed");
    const load = await startTelemetryLoad(first.api, { flag: "resumed", requestsPerSecond: 600 });
    const { id } = await startRollout(first.api, "resumed", { stages: LONG_STAGES });
    const before = await eventually("some ticks", async () => {
      const rollout = await readRollout(first.api, id);
      return (rollout.decision?.tick ?? 0) >= 5 ? rollout : undefined;
    });

    await first.kill("SIGKILL");
    const second = await startServer({ dataDir, port: first.port });
    const restartedAtMs = performance.now();
    const after = await eventually(
      "the next tick",
      async () => {
        const rollout = await readRollout(second.api, id);
        return (rollout.decision?.tick ?? 0) > (before.decision?.tick ?? 0) ? rollout : undefined;
      },
      RESUME_DEADLINE_MS,
    );
    const resumedAfterMs = performance.now() - restartedAtMs;

    expect(after).toMatchObject({ state: "running", stage: before.stage, share: before.share });
    const requestsOf = (rollout: typeof before) => rollout.signals[0]?.baseline.requests ?? Number.NaN;
    expect(requestsOf(after)).toBeGreaterThanOrEqual(requestsOf(before));

    load.setBehaviour("on", { failureRate: 1 });
    const ended = await untilState(second.api, id, "rolled-back");
    expect(ended.decision?.cause).toBe("errors");
    const record = await second.api.get<{ ticks: { tick: number }[] }>(`/api/v1/rollouts/${id}/record?limit=1000`);
    expect(record.ticks.map(({ tick }) => tick)).toEqual(record.ticks.map((_, index) => index + 1));
    expect(await replay(second.url, second.adminToken, id)).toMatchObject({
      identical: true,
      ticks: record.ticks.length,
    });
    await load.stop();
    await second.stop();
    console.info(`judged again ${resumedAfterMs.toFixed(0)} ms after the restart`);
  });
});

describe("a server that is told to stop", () => {
  it("answers the request under way, and ends with 0 although the client would keep the connection", async () => {
    const server = await startServer({ dataDir, env: { STEADFAST_SHUTDOWN_SECONDS: "600" } });
    let exit: Exit | undefined;
    void server.exited.then((how) => {
      exit = how;
    });
    const half = sendHalf(server.url, server.adminToken);
    await half.isUnderWay;

    void server.kill("SIGTERM");
    await eventually("the server to drain", () => (server.log().includes('"draining"') ? true : undefined));
    half.finish();

    expect(await half.status).toBe(202);
    expect(await eventually("its end", () => exit, DRAIN_DEADLINE_MS)).toEqual({ code: 0, signal: null });
    half.agent.destroy();
  });
});

describe("a server that is told to stop while it starts", () => {
  it("ends at once: a start may take long, as where it migrates a large table", async () => {
    // Takes every connection, and never says a word.
    const database = createServer();
    const asked = once(database, "connection");
    database.listen(0, "127.0.0.1");
    await once(database, "listening");
    const { port } = addressInfo.parse(database.address());
    const server = launchServer({ dataDir, databaseUrl: `postgres://nobody@127.0.0.1:${port}/none` });
    await asked;

    const exit = await server.kill("SIGTERM");

    expect(exit).toEqual({ code: 1, signal: null });
    expect(server.log()).not.toContain("could not start");
    database.close();
  });
});

describe("a data folder", () => {
  it("has one owner: a second server is refused, and says why and what to do", async () => {
    const owner = await startServer({ dataDir });

    const intruder = launchServer({ dataDir });
    const { code } = await intruder.exited;

    expect(code).toBeGreaterThan(0);
    expect(intruder.log()).toContain(dataDir);
    expect(intruder.log()).toContain(String(owner.pid));
    expect(intruder.log()).toMatch(/--data-dir/);
    expect((await owner.api.request("GET", "/readyz")).status).toBe(200);
    await owner.stop();
  });
});

/** A request whose body comes in two parts. */
function sendHalf(url: string, token: string) {
  const body = JSON.stringify({ observations: [] });
  const status = Promise.withResolvers<number>();
  const isUnderWay = Promise.withResolvers<void>();
  const agent = new Agent({ keepAlive: true });
  const sent = request(`${url}/api/v1/observations`, {
    agent,
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      // The server answers this when it has read the head.
      expect: "100-continue",
    },
  });
  sent.on("continue", () => sent.write(body.slice(0, 5), () => isUnderWay.resolve()));
  sent.on("response", (response) => {
    response.resume();
    status.resolve(response.statusCode ?? 0);
  });
  sent.on("error", (error) => {
    isUnderWay.reject(error);
    status.reject(error);
  });
  return { agent, isUnderWay: isUnderWay.promise, finish: () => sent.end(body.slice(5)), status: status.promise };
}
