// `npm run bench [-- NAME …] [--quick | --full] [--minutes N] [--repo PATH]`: without a name all of them, quick ones unless `--full`.
// A benchmark never fails because a machine is slow: a missed target is said, and the exit code is 0.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writePerformancePages } from "../../scripts/performance-pages.ts";
import type { Benchmark, BenchOptions, BenchResult } from "./report/bench-result.ts";
import { describeMachine, describeVersions } from "./report/describe-run.ts";
import { printResult } from "./report/print-findings.ts";

/** Loaded when asked for: one benchmark's code must not warm or slow another's. */
const BENCHMARKS: ReadonlyMap<string, () => Promise<{ readonly benchmark: Benchmark }>> = new Map([
  ["evaluate", () => import("./evaluate/main.ts")],
  ["guard", () => import("./guard/main.ts")],
  ["rollback", () => import("./rollback/main.ts")],
  ["publish", () => import("./publish/main.ts")],
  ["judge", () => import("./judge/main.ts")],
  ["soak", () => import("./soak/main.ts")],
  ["otlp", () => import("./otlp/main.ts")],
  ["ofrep", () => import("./ofrep/main.ts")],
  ["delivery", () => import("./delivery/main.ts")],
  ["facts", () => import("./facts/main.ts")],
]);

const RESULTS = new URL("../results/", import.meta.url);
/** Ten minutes after the five of history are full: before that, memory grows by what is meant to be kept. */
const SOAK_MINUTES = 15;
const SOAK_MINUTES_QUICK = 1;
const SOAK_MINUTES_MAX = 24 * 60;

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      quick: { type: "boolean" },
      full: { type: "boolean" },
      minutes: { type: "string" },
      repo: { type: "string" },
    },
  });
  const unknown = positionals.filter((name) => !BENCHMARKS.has(name));
  if (unknown.length > 0) {
    console.error(
      `There is no benchmark ${unknown.join(", ")}: npm run bench -- [${[...BENCHMARKS.keys()].join(" | ")}] [--quick | --full].`,
    );
    return 1;
  }
  const isQuick = values.quick ?? (values.full !== true && positionals.length === 0);
  const minutes = readMinutes(values.minutes, isQuick);
  if (minutes === undefined) {
    console.error(`--minutes takes a number above 0, up to ${SOAK_MINUTES_MAX}.`);
    return 1;
  }
  const [only, ...more] = positionals;
  if (only !== undefined && more.length === 0)
    return runOne(only, { isQuick, minutes, repository: values.repo ?? null });
  const names = positionals.length > 0 ? positionals : [...BENCHMARKS.keys()];
  let broken = 0;
  for (const name of names) {
    const isOk = await runInProcess([name, isQuick ? "--quick" : "--full", "--minutes", String(minutes)]);
    if (!isOk) broken += 1;
  }
  return broken === 0 ? 0 : 1;
}

function readMinutes(text: string | undefined, isQuick: boolean): number | undefined {
  if (text === undefined) return isQuick ? SOAK_MINUTES_QUICK : SOAK_MINUTES;
  const minutes = Number(text);
  return minutes > 0 && minutes <= SOAK_MINUTES_MAX ? minutes : undefined;
}

async function runOne(name: string, options: BenchOptions): Promise<number> {
  const load = BENCHMARKS.get(name);
  if (load === undefined) return 1;
  const machine = describeMachine();
  const { benchmark } = await load();
  const startedMs = performance.now();
  const findings = await benchmark.run(options);
  const result: BenchResult = {
    name,
    ...findings,
    size: options.isQuick ? "quick" : "full",
    measuredAt: new Date().toISOString(),
    tookSeconds: Math.round((performance.now() - startedMs) / 1_000),
    machine,
    versions: describeVersions(benchmark.packages),
  };
  console.log(printResult(result));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(result, null, 2)}\n`);
  writePerformancePages();
  return 0;
}

/** Each in a process of its own: what one leaves in memory is not the next one's. */
async function runInProcess(args: readonly string[]): Promise<boolean> {
  const own = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [...process.execArgv, own, ...args], { stdio: "inherit" });
  const [code] = await once(child, "close");
  return code === 0;
}
