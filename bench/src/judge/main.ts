import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../packages/server/src/db/open-database.ts";
import { findPostgres, startPostgresCluster } from "../../../packages/server/src/db/postgres-cluster.fixture.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayMs, sayNumber } from "../report/say-number.ts";
import { spreadOf } from "../report/spread.ts";
import { measureStore, type StoreTimes } from "./measure-store.ts";

const ROLLOUTS = 1_000;
const SECONDS = { quick: 12, full: 62 };
/** A second in which the rest of a node has something to do as well. */
const LIMIT_MS = 500;

/** What judging 1,000 rollouts costs with the stores around it. */
export const benchmark: Benchmark = { packages: ["kysely", "pg"], run };

type Measured = { readonly name: string; readonly times: StoreTimes };

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const seconds = isQuick ? SECONDS.quick : SECONDS.full;
  const measured: Measured[] = [{ name: "SQLite", times: await onSqlite(seconds) }];
  const postgres = await onPostgres(seconds);
  if (postgres !== undefined) measured.push({ name: "PostgreSQL", times: postgres });
  return {
    title: "Judging through the stores",
    method: [
      `What a node does each second for ${sayNumber(ROLLOUTS)} rollouts of two signals with 50 requests each: active rollouts and leases read, counts stored, arrivals taken, judged, ticks and states stored, in transactions of 200 rollouts; ${seconds} seconds.`,
      "CPU time is this process's: PostgreSQL's own is not in it, but in the time that passed.",
    ],
    targets: measured.map(target),
    tables: [
      {
        title: `One second of ${sayNumber(ROLLOUTS)} rollouts`,
        columns: ["", "CPU p50", "p95", "longest", "time passed p50", "p95", "longest"],
        rows: measured.map(({ name, times }) => [
          name,
          ...[times.cpuMs, times.wallMs].flatMap((ms) => {
            const { median, p95, max } = spreadOf(ms);
            return [sayMs(median), sayMs(p95), sayMs(max)];
          }),
        ]),
        note: "The longest is a second in which every rollout's state is stored, one in thirty: they all started together here.",
      },
    ],
    charts: [],
    notes: postgres === undefined ? ["PostgreSQL is not installed on this machine."] : [],
  };
}

function target({ name, times }: Measured): Target {
  const { median, p95 } = spreadOf(times.cpuMs);
  return {
    what: `judging 1,000 rollouts for one second through ${name}, CPU time of the node`,
    limit: `≤ ${LIMIT_MS} ms`,
    measured: `${sayMs(median)} (p95 ${sayMs(p95)})`,
    isMet: p95 <= LIMIT_MS,
  };
}

async function onSqlite(seconds: number): Promise<StoreTimes> {
  const dataDir = await mkdtemp(join(tmpdir(), "steadfast-bench-"));
  const database = await openDatabase({ kind: "sqlite", dataDir });
  try {
    return await measureStore(database, ROLLOUTS, seconds);
  } finally {
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function onPostgres(seconds: number): Promise<StoreTimes | undefined> {
  const found = findPostgres();
  if ("reason" in found) return undefined;
  const cluster = await startPostgresCluster(found);
  try {
    const database = await openDatabase({ kind: "postgres", url: await cluster.createDatabase() });
    try {
      return await measureStore(database, ROLLOUTS, seconds);
    } finally {
      await database.close();
    }
  } finally {
    await cluster.remove();
  }
}
