import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMIT_FORMAT } from "../../../packages/server/src/git/read-commits.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayBytes, sayMs, sayNumber } from "../report/say-number.ts";
import { ratioSpread, type Spread, spreadOf } from "../report/spread.ts";
import { generateHistory } from "./generate-history.ts";

const CLI = fileURLToPath(new URL("../../../packages/server/src/main.ts", import.meta.url));
const SIZES = { quick: { commits: 6_000, tags: 2_400 }, full: { commits: 30_000, tags: 12_000 } };
const ROUNDS = { quick: 3, full: 5 };
const MEMORY_MAX_BYTES = 200_000_000;
const POLL_MS = 5;
/** Where lines are counted, and seconds pass. */
const ROUNDS_COLD = 3;
const PATH_ONLY = { PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin" };

type Timed = { readonly wallMs: number; readonly peakBytes: number };
type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};
type Compared = { readonly ours: Spread; readonly peer: Spread; readonly ratio: Spread; readonly peakBytes: number };

/** `steadfast delivery` beside plain git over the same history, each a whole process from its start to its end. */
export const benchmark: Benchmark = { packages: [], run };

async function run({ isQuick, repository }: BenchOptions): Promise<Findings> {
  const { commits, tags } = isQuick ? SIZES.quick : SIZES.full;
  const made = repository === null ? await generateHistory(commits, tags) : null;
  const folder = mkdtempSync(join(tmpdir(), "steadfast-bench-"));
  try {
    const what =
      made === null
        ? "A clone that was given"
        : `A generated repository of ${sayNumber(commits)} commits and ${sayNumber(tags)} tags`;
    return await compare(made?.path ?? resolve(repository ?? "."), folder, what, isQuick ? ROUNDS.quick : ROUNDS.full);
  } finally {
    made?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(path: string, folder: string, what: string, rounds: number): Promise<Findings> {
  const log: Program = { command: "git", args: ["-C", path, "log", `--format=${COMMIT_FORMAT}`, "--all"], env: {} };
  const numstat: Program = { command: "git", args: ["-C", path, "log", "--format=%H", "--numstat", "--all"], env: {} };
  const sized = join(folder, "sized");
  const bare = reportOf(path, "--no-lines", folder, folder);
  const lines = reportOf(path, "--lines", sized, folder);
  const node: Program = { command: process.execPath, args: ["-e", "0"], env: {} };
  // Once each, unmeasured: files come into the page cache, and sources are compiled as an installed package's are.
  await timed(log);
  await timed(bare);
  const whole = await alternate(rounds, bare, log);
  const cold = await alternate(ROUNDS_COLD, lines, numstat, () => rmSync(sized, { recursive: true, force: true }));
  const warm = await alternate(ROUNDS_COLD, lines, numstat);
  const start = await alternate(rounds, node, log);
  const cpu = { ours: await cpuMsOf(bare), log: await cpuMsOf(log), node: await cpuMsOf(node) };
  const startShare = `Node's start alone takes ${sayMs(start.ours.median)}, ${start.ratio.median.toFixed(2)} × of git log; by processor time, git's own processes among it, the report takes ${sayMs(cpu.ours)}, git log ${sayMs(cpu.log)}: a machine whose cores others use shows that ratio.`;
  return {
    title: "Measuring delivery from a git clone",
    method: [
      `${what}; every process from its start to its end, ours and git's in turn; medians of ${rounds} rounds, of ${ROUNDS_COLD} where lines are counted. A ratio is of the same round.`,
      "Ours runs from its sources with Node's compile cache warm, which is what an installed package comes closest to; its time includes the git processes that it starts.",
    ],
    targets: [
      ratio("the whole report, beside `git log --format=… --all`", whole, 1.5, startShare),
      memory(whole.peakBytes),
      ratio(
        "with line sizes, beside `git log --numstat --all`",
        cold,
        1.2,
        "Two `git diff-tree` share the work, where two cores are free.",
      ),
      ratio(
        "the second time, sizes from the cache, beside the same",
        warm,
        0.3,
        "It is the whole report, and a file read: what limits that limits this.",
      ),
    ],
    tables: [
      {
        title: "Wall time and memory, medians",
        columns: ["", "time", "git's, in the same rounds", "ratio (5th–95th percentile)", "memory at its peak"],
        rows: [
          rowOf("steadfast delivery --no-lines, git log --format=… --all", whole),
          rowOf("steadfast delivery --lines, git log --numstat --all", cold),
          rowOf("steadfast delivery --lines, again; git log --numstat --all", warm),
          rowOf("node -e 0, git log --format=… --all", start),
        ],
        note: "Memory is of the first process alone, without the git processes that ours starts.",
      },
      {
        title: "Processor time of one run, with all processes it starts",
        columns: ["", "time"],
        rows: [
          ["git log --format=… --all", sayMs(cpu.log)],
          ["steadfast delivery --no-lines", sayMs(cpu.ours)],
          ["node -e 0", sayMs(cpu.node)],
        ],
      },
    ],
    charts: [],
    notes: [],
  };
}

function reportOf(path: string, lines: string, cacheFolder: string, folder: string): Program {
  return {
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", CLI, "delivery", path, "--json", "--from", "1970-01-02", lines],
    env: { XDG_CACHE_HOME: cacheFolder, NODE_COMPILE_CACHE: join(folder, "compiled") },
  };
}

function rowOf(name: string, { ours, peer, ratio: spread, peakBytes }: Compared): readonly string[] {
  return [
    name,
    sayMs(ours.median),
    sayMs(peer.median),
    `${spread.median.toFixed(2)} × (${spread.p5.toFixed(2)}–${spread.p95.toFixed(2)})`,
    sayBytes(peakBytes),
  ];
}

function ratio(what: string, { ratio: spread }: Compared, limit: number, reason: string): Target {
  return {
    what,
    limit: `≤ ${limit} ×`,
    measured: `${spread.median.toFixed(2)} × (${spread.p5.toFixed(2)}–${spread.p95.toFixed(2)})`,
    isMet: spread.median <= limit,
    reason,
  };
}

function memory(peakBytes: number): Target {
  return {
    what: "memory of the whole report, at its peak",
    limit: "≤ 200 MB",
    measured: sayBytes(peakBytes),
    isMet: peakBytes <= MEMORY_MAX_BYTES,
  };
}

/** In turn, so that what else the machine does meets both. */
async function alternate(
  rounds: number,
  ours: Program,
  peer: Program,
  prepare: () => void = () => {},
): Promise<Compared> {
  const runs: { readonly ours: Timed; readonly peer: Timed }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    prepare();
    runs.push({ ours: await timed(ours), peer: await timed(peer) });
  }
  const oursMs = runs.map((each) => each.ours.wallMs);
  const peerMs = runs.map((each) => each.peer.wallMs);
  return {
    ours: spreadOf(oursMs),
    peer: spreadOf(peerMs),
    ratio: ratioSpread(oursMs, peerMs),
    peakBytes: Math.max(...runs.map((each) => each.ours.peakBytes)),
  };
}

/** The shell knows what its children, and theirs, took of the processor: the last line of `times`, user and system. */
async function cpuMsOf({ command, args, env }: Program): Promise<number> {
  const child = spawn("sh", ["-c", '"$@" >/dev/null; times', "sh", command, ...args], {
    env: { ...PATH_ONLY, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise((settle) => child.on("close", settle));
  const times =
    said
      .trim()
      .split("\n")
      .at(-1)
      ?.matchAll(/(\d+)m([\d.]+)s/g) ?? [];
  return [...times].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000, 0);
}

async function timed({ command, args, env }: Program): Promise<Timed> {
  const startedMs = performance.now();
  const child = spawn(command, args, { env: { ...PATH_ONLY, ...env }, stdio: ["ignore", "ignore", "inherit"] });
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, POLL_MS);
  const code = await new Promise((settle) => child.on("close", settle));
  clearInterval(poll);
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
  return { wallMs: performance.now() - startedMs, peakBytes };
}

/** The kernel keeps the highest resident size; 0 where there is no /proc. */
function peakOf(pid: number | undefined): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"));
    return match ? Number(match[1]) * 1_024 : 0;
  } catch {
    return 0;
  }
}
