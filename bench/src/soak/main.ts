import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createToken } from "../../../e2e/src/api.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "../../../e2e/src/server-process.ts";
import { openDatabase } from "../../../packages/server/src/db/open-database.ts";
import { createLogger } from "../../../packages/server/src/logging.ts";
import { prepareRollouts } from "../judge/prepare-rollouts.ts";
import { startSpeaker } from "../processes/json-lines.ts";
import { cpuSecondsOf } from "../processes/process-usage.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayBytes, sayMs, sayNumber } from "../report/say-number.ts";
import { type Judged, readJudged } from "./judged.ts";
import { type LiveMemory, type MemoryGrowth, readLiveMemory, watchMemory } from "./memory.ts";

const SENDER = new URL("./sender.ts", import.meta.url);
const LIVE_MEMORY = new URL("./live-memory.ts", import.meta.url);
const ROLLOUTS = 1_000;
const SPANS_PER_SECOND = 50_000;
const TICK_LATE_MAX_MS = 2_000;
/** Memory that a longer run would need more of: 10 % between the second quarter and the last. */
const GROWTH_MAX = 1.1;
/** After the last span: for the guard to judge it. */
const SETTLE_MS = 4_000;

/** 1,000 concurrent rollouts under 50,000 spans a second: nothing late, nothing lost, nothing that grows. */
export const benchmark: Benchmark = { packages: [], run };

type Sent = {
  readonly acknowledged: number;
  readonly refused: number;
  readonly leftOut: number;
  readonly slowestMs: number;
  readonly seconds: number;
};

type Soaked = {
  readonly sent: Sent;
  readonly counted: number;
  readonly dropped: number;
  readonly ticksLate: number;
  readonly judged: Judged;
  readonly memory: MemoryGrowth;
  readonly live: LiveMemory;
  readonly cpuShare: number;
};

async function run({ minutes }: BenchOptions): Promise<Findings> {
  const dataDir = await mkdtemp(join(tmpdir(), "steadfast-soak-"));
  try {
    await fillStore(dataDir);
    const liveFile = join(dataDir, "live-memory.json");
    const env = {
      STEADFAST_LOG_LEVEL: "error",
      STEADFAST_BENCH_LIVE_MEMORY: liveFile,
      NODE_OPTIONS: `--import=${LIVE_MEMORY} --disable-warning=ExperimentalWarning`,
    };
    const server = await startServer({ dataDir, adminToken: ADMIN_TOKEN, env });
    const soaked = await soak(server, dataDir, liveFile, 60 * minutes);
    return findings(soaked, minutes);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function soak(server: ServerProcess, dataDir: string, liveFile: string, seconds: number): Promise<Soaked> {
  let isStopped = false;
  try {
    const { token } = await createToken(server.api, "telemetry");
    const [cpuBefore, startedMs] = [cpuSecondsOf(server.pid) ?? Number.NaN, performance.now()];
    const watch = watchMemory(server.pid);
    const args = [server.url, token, SPANS_PER_SECOND, ROLLOUTS, seconds].map(String);
    const sender = startSpeaker(SENDER, args);
    const sent = await sender.next<Sent & { event?: string }>(({ event }) => event === "done", 1_000 * (seconds + 300));
    const cpuShare = ((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore) / ((performance.now() - startedMs) / 1_000);
    const memory = watch.stop();
    const live = await readLiveMemory(server.pid, liveFile);
    await sender.stop();
    await sleep(SETTLE_MS);
    const metrics = await readMetrics(server);
    // In order: what it holds is stored before it ends.
    await server.stop();
    isStopped = true;
    return {
      sent,
      counted: sumOf(metrics, "steadfast_evaluations_counted_total"),
      dropped: sumOf(metrics, "steadfast_telemetry_dropped_total"),
      ticksLate: sumOf(metrics, "steadfast_ticks_late_total"),
      judged: readJudged(dataDir),
      memory,
      live,
      cpuShare,
    };
  } finally {
    if (!isStopped) await server.stop();
  }
}

/** Before the server starts. Dry runs: a false rollback, one in a thousand, would end the judging of a rollout in the middle. */
async function fillStore(dataDir: string): Promise<void> {
  const database = await openDatabase({ kind: "sqlite", dataDir });
  try {
    const { journal } = await prepareRollouts(database, ROLLOUTS, ADMIN_TOKEN, {
      log: createLogger({ level: "silent", format: "json" }),
      claim: async () => [],
      stillHeld: async () => [],
      takeArrivals: async () => new Map(),
      discardArrivals: async () => {},
      readHistory: async () => null,
    });
    await journal.close();
  } finally {
    await database.close();
  }
}

async function readMetrics(server: ServerProcess): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminToken}` } });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return response.text();
}

/** Over all labels. */
function sumOf(metrics: string, name: string): number {
  return metrics
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

function findings(soaked: Soaked, minutes: number): Findings {
  const { sent, counted, dropped, judged, memory, live, ticksLate, cpuShare } = soaked;
  const offered = sent.acknowledged + sent.refused + sent.leftOut;
  return {
    title: "Under load for long",
    method: [
      `A real server (SQLite) with ${sayNumber(ROLLOUTS)} flags and as many rollouts at 10 %, each of errors and latency; ${sayNumber(SPANS_PER_SECOND)} spans a second in protobuf from another process for ${minutes} minutes, every one a SERVER span that names a flag.`,
      "At the end the spans that were acknowledged are compared with those counted, dropped and judged: the last from the store, tick by tick.",
    ],
    targets: targets(soaked),
    tables: [
      {
        title: "Spans",
        columns: ["", "spans"],
        rows: [
          ["offered", exact(offered)],
          ["acknowledged", exact(sent.acknowledged)],
          ["refused", exact(sent.refused)],
          ["left out by the sender, which had 20 sends under way", exact(sent.leftOut)],
          ["counted", exact(counted)],
          ["reported as dropped", exact(dropped)],
          ["judged", exact(judged.requests)],
          ["stored, not yet judged when the server stopped", exact(judged.waiting)],
        ],
      },
      {
        title: "The server",
        columns: ["", ""],
        rows: [
          ["acknowledged a second", sayNumber(sent.acknowledged / sent.seconds)],
          ["slowest acknowledgement", sayMs(sent.slowestMs)],
          ["ticks judged", exact(judged.ticks)],
          ["latest tick, p99", `${sayMs(judged.latestMs)}, ${sayMs(judged.lateP99Ms)}`],
          ["seconds of the guard that began more than 1 s late", exact(ticksLate)],
          ["CPU", `${cpuShare.toFixed(2)} cores`],
          [
            "resident memory: second quarter, last quarter, most",
            [memory.earlyBytes, memory.lateBytes, memory.mostBytes].map(sayBytes).join(", "),
          ],
          ["resident memory, the median of each minute", memory.minutesBytes.map(sayBytes).join(", ")],
          [
            "alive of it after a full collection at the end: JavaScript heap, buffers outside it",
            [live.heapBytes, live.externalBytes].map(sayBytes).join(", "),
          ],
        ],
      },
    ],
    charts: [],
    notes: [
      "How late a tick is: the time between two ticks of the same rollout, less the second that they are apart.",
      "Memory is what the operating system gave (RSS), for that is what a machine runs out of; the target is on it. V8 collects the old part of its heap when that has doubled, so RSS is more than twice what is alive. What fills up during a run is the five minutes of history of each arm, 31 buckets: some 7 kB an arm, 14 MB for 2,000 arms, full after 310 s; all else that is kept by the second, the minute or the arm is sums, or is taken at the first count.",
    ],
  };
}

function targets({ sent, counted, dropped, judged, memory, cpuShare }: Soaked): Target[] {
  // A send whose answer did not arrive may have been counted all the same: that is not lost.
  const lost = Math.max(0, sent.acknowledged - dropped - judged.requests - judged.waiting);
  const had = `The server had ${cpuShare.toFixed(2)} of a core; see the load average before it began for what else the machine did.`;
  const growth = memory.lateBytes / memory.earlyBytes;
  return [
    {
      what: "1,000 rollouts, 50,000 spans/s: the latest tick",
      limit: `≤ ${TICK_LATE_MAX_MS / 1_000} s late`,
      measured: sayMs(judged.latestMs),
      isMet: judged.latestMs <= TICK_LATE_MAX_MS,
      reason: had,
    },
    {
      what: "spans acknowledged and neither judged, nor stored, nor reported as dropped",
      limit: "0",
      measured: exact(lost),
      isMet: lost === 0 && counted + dropped >= sent.acknowledged,
      reason: `Counted ${exact(counted)} and dropped ${exact(dropped)} of ${exact(sent.acknowledged)} acknowledged.`,
    },
    {
      what: "memory in the last quarter, of the second",
      limit: `≤ ${GROWTH_MAX} ×`,
      measured: `${growth.toFixed(2)} ×`,
      isMet: growth <= GROWTH_MAX,
      reason: `${had} A process that is starved collects its garbage late; or the run was too short to have warmed up.`,
    },
    {
      what: "spans a second acknowledged",
      limit: `≥ ${sayNumber(0.99 * SPANS_PER_SECOND)}`,
      measured: sayNumber(sent.acknowledged / sent.seconds),
      isMet: sent.acknowledged / sent.seconds >= 0.99 * SPANS_PER_SECOND,
      reason:
        "The sender left sends out when 20 were under way: server and sender shared the cores with what else ran.",
    },
  ];
}

const exact = (count: number): string => Math.round(count).toLocaleString("en-US");
