import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  findPostgres,
  isPostgresOptional,
  type PostgresCluster,
  startPostgresCluster,
} from "../../packages/server/src/db/postgres-cluster.fixture.ts";
import type { Api, Rollout } from "./api.ts";
import { replay } from "./cli-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, readRollout, startRollout } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const postgres = findPostgres();

/** `Date.now` of a whole process, an hour ahead. */
const HOUR_AHEAD =
  "--import=data:text/javascript,const%20now=Date.now;Date.now=()=>now()%2B3600000 --disable-warning=ExperimentalWarning";
/** Half the hour by which a clock is wrong. */
const STAGES = LONG_STAGES.map((stage) => ({ ...stage, minSeconds: 1_800 }));
/** A node whose seconds are this far apart may have lost its lease of three. */
const LATE_MS = 2_000;
/** What is said of two nodes is said after so many ticks. */
const TICKS = 4;

describe.skipIf("reason" in postgres && isPostgresOptional)("of two servers on one PostgreSQL", () => {
  let cluster: PostgresCluster;
  const servers: ServerProcess[] = [];
  const loads: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    if ("reason" in postgres) throw new Error(postgres.reason);
    cluster = await startPostgresCluster(postgres);
  });

  afterEach(async () => {
    await Promise.all(loads.splice(0).map((load) => load.stop()));
    await Promise.all(servers.splice(0).map((server) => server.kill("SIGKILL")));
  });

  afterAll(() => cluster?.remove());

  /** The first one judges a rollout, whose users the second one hears of. */
  async function startTwo(secondEnv: Readonly<Record<string, string>> = {}) {
    const databaseUrl = await cluster.createDatabase();
    const start = async (name: string, env: Readonly<Record<string, string>>) => {
      const server = await startServer({ databaseUrl, env: { STEADFAST_NODE_NAME: name, ...env } });
      servers.push(server);
      return server;
    };
    const first = await start("first", {});
    await createFlag(first.api, "shared");
    const { id } = await startRollout(first.api, "shared", { stages: STAGES });
    await eventually("the first one to hold it", async () => ((await heldBy(first)) === 1 ? true : undefined));
    const second = await start("second", secondEnv);
    loads.push(await startTelemetryLoad(second.api, { flag: "shared", requestsPerSecond: 500 }));
    await eventually("a judgement on the users", async () =>
      requestsOf(await readRollout(first.api, id)) > 0 ? true : undefined,
    );
    return { id, first, second };
  }

  it("one that is paused writes no verdict when it goes on, for the other has its rollout by then", async () => {
    const { id, first, second } = await startTwo();
    const before = await readRollout(second.api, id);

    process.kill(first.pid, "SIGSTOP");
    const taken = await untilTick(second.api, id, tickOf(before) + TICKS);
    process.kill(first.pid, "SIGCONT");
    await eventually("one of them to hold it", async () =>
      (await heldBy(first)) + (await heldBy(second)) === 1 ? true : undefined,
    );
    const later = await untilTick(second.api, id, tickOf(taken) + TICKS);

    expect(requestsOf(later)).toBeGreaterThan(requestsOf(before));
    const ticks = await readTicks(second.api, id);
    expect(ticks.map(({ tick }) => tick)).toEqual(ticks.map((_, index) => index + 1));
    expect(await replay(second.url, second.adminToken, id)).toMatchObject({ identical: true });
  });

  it("one whose clock is an hour ahead takes nothing over, until the other dies; and then ends no stage", async () => {
    const { id, first, second } = await startTwo({ NODE_OPTIONS: HOUR_AHEAD });
    const before = await readRollout(first.api, id);

    const beside = await untilTick(first.api, id, tickOf(before) + TICKS);
    const isHeldByFirst = (await heldBy(first)) === 1;
    const longestMs = longestGapMs(await readTicks(first.api, id));
    await first.kill("SIGKILL");
    const taken = await untilTick(second.api, id, tickOf(beside) + TICKS);

    // Where the machine kept the first one from its seconds, the second one was right to take over.
    expect(isHeldByFirst || longestMs >= LATE_MS).toBe(true);
    expect(taken).toMatchObject({ state: "running", stage: before.stage, share: before.share });
    expect(requestsOf(taken)).toBeGreaterThanOrEqual(requestsOf(beside));
    expect(Number(taken.decision?.gate.floorSecondsLeft)).toBeGreaterThan(0);
  });
});

type TickRecord = { readonly ticks: readonly { readonly tick: number; readonly atMs: number }[] };

const tickOf = (rollout: Rollout) => rollout.decision?.tick ?? 0;
const requestsOf = (rollout: Rollout) => rollout.signals[0]?.baseline.requests ?? 0;

async function readTicks(api: Api, id: string): Promise<TickRecord["ticks"]> {
  return (await api.get<TickRecord>(`/api/v1/rollouts/${id}/record?limit=1000`)).ticks;
}

function longestGapMs(ticks: TickRecord["ticks"]): number {
  return Math.max(0, ...ticks.map(({ atMs }, index) => atMs - (ticks[index - 1]?.atMs ?? atMs)));
}

async function untilTick(api: Api, id: string, tick: number): Promise<Rollout> {
  return eventually(`tick ${tick}`, async () => {
    const rollout = await readRollout(api, id);
    return tickOf(rollout) >= tick ? rollout : undefined;
  });
}

/** Rollouts that the node held in the last second, by its own metrics. */
async function heldBy(server: ServerProcess): Promise<number> {
  const { body } = await server.api.request<string>("GET", "/metrics");
  return Number(/^steadfast_leases_held (\d+)/m.exec(body)?.[1] ?? Number.NaN);
}
