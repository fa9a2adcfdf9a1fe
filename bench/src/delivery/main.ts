import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMIT_FORMAT } from "../../../packages/server/src/git/read-commits.ts";
import { inStage, PACKAGES, stagePackage } from "../../../scripts/compile-packages.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayBytes, sayMs, sayNumber } from "../report/say-number.ts";
import { generateHistory } from "./generate-history.ts";
import { alternate, type Compared, cpuMsOf, type Program, timed } from "./timed-process.ts";

const READ_ONLY = fileURLToPath(new URL("read-only.ts", import.meta.url));
const MEASURE_OFTEN = fileURLToPath(new URL("measure-often.ts", import.meta.url));
const MEASURE_TIMEOUT_MS = 120_000;
const SIZES = { quick: { commits: 6_000, tags: 2_400 }, full: { commits: 30_000, tags: 12_000 } };
const ROUNDS = { quick: 3, full: 5 };
const MEMORY_MAX_BYTES = 200_000_000;
/** Where lines are counted, and seconds pass. */
const ROUNDS_COLD = 3;
/** What the command line is made of. */
const COMPILED = ["core", "server"];

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
    const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
    return await inStage(async (stage) => {
      for (const each of PACKAGES.filter((one) => COMPILED.includes(one.folder)))
        await stagePackage(each, join(stage, each.folder));
      const cli = join(stage, "server", "dist", "launch.js");
      return await compare({ cli, path: made?.path ?? resolve(repository ?? "."), folder, what, rounds });
    });
  } finally {
    made?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Setting = {
  /** The published program. */
  readonly cli: string;
  readonly path: string;
  /** The user's cache folder. */
  readonly folder: string;
  readonly what: string;
  readonly rounds: number;
};

async function compare(setting: Setting): Promise<Findings> {
  const { path, folder, rounds } = setting;
  const log: Program = { command: "git", args: ["-C", path, "log", `--format=${COMMIT_FORMAT}`, "--all"], env: {} };
  const numstat: Program = { command: "git", args: ["-C", path, "log", "--format=%H", "--numstat", "--all"], env: {} };
  const bare = reportOf(setting, "--no-lines");
  const lines = reportOf(setting, "--lines");
  const node: Program = { command: process.execPath, args: ["-e", "0"], env: {} };
  const flags = ["--disable-warning=ExperimentalWarning", READ_ONLY, path, COMMIT_FORMAT];
  const floor: Program = {
    command: process.execPath,
    args: flags,
    env: { NODE_COMPILE_CACHE: join(folder, "floor") },
  };
  const forget = () => {
    for (const kind of ["history", "line-sizes"])
      rmSync(join(folder, "steadfast", kind), { recursive: true, force: true });
  };
  // Once each, unmeasured: files come into the page cache, and what was compiled into the user's, as with every run but the first.
  for (const each of [log, bare, floor]) await timed(each);
  const whole = await alternate(rounds, bare, log, forget);
  const read = await alternate(rounds, floor, log);
  const start = await alternate(rounds, node, log);
  const again = await alternate(rounds, bare, log);
  const cold = await alternate(ROUNDS_COLD, lines, numstat, forget);
  const warm = await alternate(ROUNDS_COLD, lines, numstat);
  forget();
  const cpu = {
    report: await cpuMsOf(bare),
    again: await cpuMsOf(bare),
    log: await cpuMsOf(log),
    floor: await cpuMsOf(floor),
    node: await cpuMsOf(node),
  };
  const often = measuredOften(path);
  const share = `${read.ratio.median.toFixed(2)} × would be reading alone, the plain way: Node's start, one git for the history and one for the tags, and a count of the fields they print. The report asks two gits for half of the history each. What is measured of it takes ${sayMs(often.firstMs)} in a new process, and ${sayMs(often.laterMs)} once V8 has compiled it: a report is over before. By processor time, git's own processes among it: the report ${sayMs(cpu.report)}, reading alone ${sayMs(cpu.floor)}, git log ${sayMs(cpu.log)}.`;
  return {
    title: "Measuring delivery from a git clone",
    method: [
      `${setting.what}; every process from its start to its end, ours and git's in turn; medians of ${rounds} rounds, of ${ROUNDS_COLD} where lines are counted. A ratio is of the same round.`,
      "Ours is the published package's JavaScript, with what V8 compiled of it kept from an earlier run as its launcher keeps it, and nothing kept of the history but where it says so; its time includes the git processes that it starts.",
    ],
    targets: [
      ratio("the whole report, beside `git log --format=… --all`", whole, 1.5, share),
      memory(whole.peakBytes),
      ratio(
        "with line sizes, beside `git log --numstat --all`",
        cold,
        1.2,
        `Two \`git diff-tree\` share the work, where two cores are free. The report without lines takes ${sayMs(whole.ours.median)} of it.`,
      ),
      ratio(
        "the second time, history and sizes from the cache, beside the same",
        warm,
        0.3,
        `Git is asked for the tags alone; of the ${sayMs(warm.ours.median)}, ${sayMs(start.ours.median)} are Node's start.`,
      ),
    ],
    tables: [
      {
        title: "Wall time and memory, medians",
        columns: ["", "time", "git's, in the same rounds", "ratio (5th–95th percentile)", "memory at its peak"],
        rows: [
          rowOf("steadfast delivery --no-lines, git log --format=… --all", whole),
          rowOf("reading alone, by one git for the history and one for the tags; git log --format=… --all", read),
          rowOf("node -e 0, git log --format=… --all", start),
          rowOf("steadfast delivery --no-lines, again; git log --format=… --all", again),
          rowOf("steadfast delivery --lines, git log --numstat --all", cold),
          rowOf("steadfast delivery --lines, again; git log --numstat --all", warm),
        ],
        note: "Memory is of the first process alone, without the git processes that ours starts, in a run of its own.",
      },
      {
        title: "Processor time of one run, with all processes it starts",
        columns: ["", "time"],
        rows: [
          ["git log --format=… --all", sayMs(cpu.log)],
          ["node -e 0", sayMs(cpu.node)],
          ["reading alone", sayMs(cpu.floor)],
          ["steadfast delivery --no-lines", sayMs(cpu.report)],
          ["steadfast delivery --no-lines, again", sayMs(cpu.again)],
        ],
      },
    ],
    charts: [],
    notes: [],
  };
}

function measuredOften(path: string): { readonly firstMs: number; readonly laterMs: number } {
  const args = ["--disable-warning=ExperimentalWarning", MEASURE_OFTEN, path];
  const said = execFileSync(process.execPath, args, { encoding: "utf8", timeout: MEASURE_TIMEOUT_MS });
  const [firstMs = 0, laterMs = 0] = said.split(" ").map(Number);
  return { firstMs, laterMs };
}

function reportOf({ cli, path, folder }: Setting, lines: string): Program {
  return {
    command: process.execPath,
    args: [cli, "delivery", path, "--json", "--from", "1970-01-02", lines],
    env: { XDG_CACHE_HOME: folder },
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
