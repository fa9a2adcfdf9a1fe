import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createToken } from "../../../e2e/src/api.ts";
import { type Child, firstJsonLine, startScript } from "../../../e2e/src/child-process.ts";
import { startServer } from "../../../e2e/src/server-process.ts";
import { cpuSecondsOf } from "../processes/process-usage.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayNumber, sayRatio } from "../report/say-number.ts";
import { ratioSpread, spreadOf } from "../report/spread.ts";
import { load } from "./load.ts";
import { BULK_PATH, CONTEXT, FLAG_COUNT, makeFlags, SINGLE_PATH } from "./workload.ts";

const BARE_SERVER = new URL("./bare-server.ts", import.meta.url);
const BARE_FASTIFY = new URL("./bare-fastify.ts", import.meta.url);
const SIZES = { quick: { rounds: 5, seconds: 2 }, full: { rounds: 15, seconds: 4 } };
const TARGET = 0.8;

/** OFREP requests a second, beside node:http with nothing around it. */
export const benchmark: Benchmark = { packages: ["fastify", "autocannon"], run };

type Peer = { readonly name: string; readonly url: string; readonly pid: number };
/** By peer: of each round. */
type Rounds = Map<string, { rate: number[]; cpuMicroseconds: number[]; p99Ms: number[] }>;

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const { rounds, seconds } = isQuick ? SIZES.quick : SIZES.full;
  const server = await startServer({ env: { STEADFAST_LOG_LEVEL: "warn" } });
  const folder = await mkdtemp(join(tmpdir(), "steadfast-bench-"));
  const children: Child[] = [];
  try {
    for (const flag of makeFlags()) await server.api.post("/api/v1/flags", flag);
    const { token } = await createToken(server.api, "client");
    const client = server.api.as(token);
    const answers = {
      single: await client.post<object>(SINGLE_PATH, CONTEXT),
      bulk: await client.post<object>(BULK_PATH, CONTEXT),
    };
    const answersFile = join(folder, "answers.json");
    await writeFile(answersFile, JSON.stringify(answers));
    const peers: Peer[] = [{ name: OURS, url: server.url, pid: server.pid }];
    for (const [name, script] of [[BARE, BARE_SERVER] as const, [FASTIFY, BARE_FASTIFY] as const]) {
      const child = startScript(script, [answersFile]);
      children.push(child);
      const { port } = await firstJsonLine<{ port: number }>(child, name);
      peers.push({ name, url: `http://127.0.0.1:${port}`, pid: child.pid });
    }
    const single = await measure(peers, SINGLE_PATH, token, rounds, seconds);
    const bulk = await measure(peers, BULK_PATH, token, rounds, seconds);
    return findings(single, bulk, rounds, seconds);
  } finally {
    for (const child of children) await child.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const OURS = "Steadfast";
const BARE = "bare node:http";
const FASTIFY = "bare Fastify";

async function measure(
  peers: readonly Peer[],
  path: string,
  token: string,
  rounds: number,
  seconds: number,
): Promise<Rounds> {
  const measured: Rounds = new Map(peers.map(({ name }) => [name, { rate: [], cpuMicroseconds: [], p99Ms: [] }]));
  for (const { url } of peers) await load(`${url}${path}`, token, CONTEXT, seconds);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % peers.length;
    const inTurn = [...peers.slice(first), ...peers.slice(0, first)];
    for (const { name, url, pid } of inTurn) {
      const before = cpuSecondsOf(pid) ?? Number.NaN;
      const { requestsPerSecond, p99Ms, refused } = await load(`${url}${path}`, token, CONTEXT, seconds);
      if (refused > 0) throw new Error(`${name} refused ${refused} requests of ${path}`);
      const cpuSeconds = (cpuSecondsOf(pid) ?? Number.NaN) - before;
      const entry = measured.get(name);
      entry?.rate.push(requestsPerSecond);
      entry?.cpuMicroseconds.push((cpuSeconds * 1e6) / (requestsPerSecond * seconds));
      entry?.p99Ms.push(p99Ms);
    }
  }
  return measured;
}

function findings(single: Rounds, bulk: Rounds, rounds: number, seconds: number): Findings {
  return {
    title: "Evaluating remotely (OFREP)",
    method: [
      `${rounds} interleaved rounds of ${seconds} s for each server, each in a process of its own; autocannon with 32 connections in another.`,
      `Single: one flag with a rule and a rollout. Bulk: ${FLAG_COUNT} flags. The bare server parses the same request and writes the same answer with JSON.stringify; it checks no token, validates nothing, evaluates nothing and counts nothing; bare Fastify is the same with the framework.`,
      "Ratios are of the same round. The CPU time is the server's own: on a machine that others use it is the steadier of the two.",
    ],
    targets: [target("one flag", single), target(`all ${FLAG_COUNT} flags`, bulk)],
    tables: [
      {
        title: "Requests a second and CPU time a request, medians and 5th–95th percentile of the rounds",
        columns: ["", "requests/s", "p5–p95", "of the bare server", "CPU µs a request", "p99 ms"],
        rows: [...rows("one flag", single), ...rows("bulk", bulk)],
      },
    ],
    charts: [],
    notes: [
      "With two cores the load itself takes one: the rate is what server and load reach together.",
      "Services in Node need none of this: the provider evaluates in the process, see above.",
    ],
  };
}

function target(what: string, measured: Rounds): Target {
  const rate = rateRatio(measured, OURS);
  const cpu = ratioSpread(measured.get(BARE)?.cpuMicroseconds ?? [], measured.get(OURS)?.cpuMicroseconds ?? []);
  return {
    what: `requests/s, of a bare node:http server: ${what}`,
    limit: `≥ ${TARGET} ×`,
    measured: `${sayRatio(rate.median)} (${rate.p5.toFixed(2)}–${rate.p95.toFixed(2)}; by CPU time ${sayRatio(cpu.median)})`,
    isMet: rate.median >= TARGET,
    reason: `A request takes ${cpuOf(measured, OURS)} µs of CPU where the bare server takes ${cpuOf(measured, BARE)} and Fastify with nothing of ours ${cpuOf(measured, FASTIFY)}. Evaluations are answered before Fastify is asked: what remains is the token's hash, the limits, the answers' guards, evaluation and counting.`,
  };
}

function cpuOf(measured: Rounds, name: string): string {
  return sayNumber(spreadOf(measured.get(name)?.cpuMicroseconds ?? []).median);
}

function rateRatio(measured: Rounds, name: string) {
  return ratioSpread(measured.get(name)?.rate ?? [], measured.get(BARE)?.rate ?? []);
}

function rows(what: string, measured: Rounds): string[][] {
  return [...measured].map(([name, { rate, cpuMicroseconds, p99Ms }]) => {
    const spread = spreadOf(rate);
    return [
      `${name}, ${what}`,
      sayNumber(spread.median),
      `${sayNumber(spread.p5)}–${sayNumber(spread.p95)}`,
      sayRatio(rateRatio(measured, name).median),
      sayNumber(spreadOf(cpuMicroseconds).median),
      sayNumber(spreadOf(p99Ms).median),
    ];
  });
}
