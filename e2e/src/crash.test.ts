import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Api, type Flag, type JournalEvent, readJournal } from "./api.ts";
import type { Exit } from "./child-process.ts";
import { replay } from "./cli-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, readRollout, startRollout, untilState } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { launchServer, startServer } from "./server-process.ts";

const KILLS = 15;
const WRITERS = 4;
/** Acknowledged writes before the kill comes, a few more each round: it meets another moment every time. */
const WRITES_PER_ROUND = 5;
/** A rollout is judged again so soon after a restart. */
const RESUME_DEADLINE_MS = 5_000;
/** Less than the 72 s for which the server keeps an idle connection. */
const DRAIN_DEADLINE_MS = 30_000;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "steadfast-e2e-"));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe("kill -9", () => {
  it(`loses no acknowledged write, ${KILLS} times in a row, and leaves no half event`, async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < KILLS; round += 1) {
      const server = await startServer({ dataDir });
      const enough = Promise.withResolvers<void>();
      let writes = 0;
      const onAcknowledged = (key: string, version: number) => {
        acknowledged.set(key, version);
        writes += 1;
        if (writes >= WRITES_PER_ROUND + round) enough.resolve();
      };
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        writeUntilDead(server.api, `flag-${round}-${writer}`, onAcknowledged),
      );
      await enough.promise;
      await server.kill("SIGKILL");
      await Promise.all(writers);
    }

    const server = await startServer({ dataDir });
    const [flags, events] = [await readFlags(server.api), await readJournal(server.api)];
    await server.stop();

    for (const [key, version] of acknowledged)
      expect([key, flags.get(key)?.environments.production?.version ?? 0]).toSatisfy(
        ([, stored]: [string, number]) => stored >= version,
        `${key} at ${version}`,
      );
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(gapsInStreams(events)).toEqual([]);
    const created = events.filter(({ type }) => type === "flag.created").map(({ stream }) => stream.split("/").at(-1));
    expect(new Set(created)).toEqual(new Set(flags.keys()));
    console.info(`${KILLS} kills: ${acknowledged.size} flags, ${events.length} events, none lost`);
  });

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

/** Creates a flag and writes it again and again, until the server is gone. */
async function writeUntilDead(
  api: Api,
  name: string,
  onAcknowledged: (key: string, version: number) => void,
): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `${name}-${count}`;
    try {
      await api.post("/api/v1/flags", { key });
      onAcknowledged(key, 1);
      const path = `/api/v1/environments/production/flags/${key}`;
      const { status } = await api.request(
        "PUT",
        path,
        { defaultVariant: "on", reason: "again" },
        { "if-match": '"1"' },
      );
      if (status === 200) onAcknowledged(key, 2);
    } catch {
      return;
    }
  }
}

async function readFlags(api: Api): Promise<Map<string, Flag>> {
  const flags = new Map<string, Flag>();
  let after: string | null = "";
  while (after !== null) {
    const query: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const page: { items: Flag[]; next: string | null } = await api.get(`/api/v1/flags?limit=100${query}`);
    for (const flag of page.items) flags.set(flag.key, flag);
    after = page.next;
  }
  return flags;
}

/** Events that do not follow the one before them in their stream. */
function gapsInStreams(events: readonly JournalEvent[]): JournalEvent[] {
  const lastVersion = new Map<string, number>();
  return events.filter(({ stream, version }) => {
    const expected = (lastVersion.get(stream) ?? 0) + 1;
    lastVersion.set(stream, version);
    return version !== expected;
  });
}

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
