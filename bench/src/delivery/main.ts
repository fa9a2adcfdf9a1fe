import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMIT_FORMAT } from "../../../packages/server/src/git/read-commits.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayBytes, sayMs, sayNumber } from "../report/say-number.ts";
import { generateHistory } from "./generate-history.ts";

const CLI = fileURLToPath(new URL("../../../packages/server/src/main.ts", import.meta.url));
const SIZES = { quick: { commits: 6_000, tags: 2_400 }, full: { commits: 30_000, tags: 12_000 } };
const ROUNDS = { quick: 3, full: 5 };
const MEMORY_MAX_BYTES = 200_000_000;
const POLL_MS = 5;

/** `steadfast delivery` beside plain git over the same history, each a whole process from its start to its end. */
export const benchmark: Benchmark = { packages: [], run };

type Timed = { readonly wallMs: number; readonly peakBytes: number };

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const { commits, tags } = isQuick ? SIZES.quick : SIZES.full;
  const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const repository = await generateHistory(commits, tags);
  const cache = mkdtempSync(join(tmpdir(), "steadfast-bench-"));
  try {
    const log = () => timed("git", ["-C", repository.path, "log", `--format=${COMMIT_FORMAT}`, "--all"], {});
    const numstat = () => timed("git", ["-C", repository.path, "log", "--format=%H", "--numstat", "--all"], {});
    const report = (lines: string, cacheFolder: string) => () =>
      timed(
        process.execPath,
        [
          "--disable-warning=ExperimentalWarning",
          CLI,
          "delivery",
          repository.path,
          "--json",
          "--from",
          "2018-01-01",
          lines,
        ],
        {
          XDG_CACHE_HOME: cacheFolder,
          NODE_COMPILE_CACHE: join(cache, "compiled"),
        },
      );
    // Once each, unmeasured: files come into the page cache, and sources are compiled as an installed package's are.
    await log();
    await report("--no-lines", cache)();
    const [plain, whole] = await alternate(rounds, log, report("--no-lines", cache));
    const [counted, cold] = await alternate(1, numstat, report("--lines", join(cache, "cold")));
    const [, warm] = await alternate(rounds, log, report("--lines", join(cache, "cold")));
    return {
      title: "Measuring delivery from a git clone",
      method: [
        `A generated repository of ${sayNumber(commits)} commits and ${sayNumber(tags)} tags; every process from its start to its end, ours and git's in turn, medians of ${rounds} rounds (line sizes are counted once).`,
        "Ours runs from its sources with Node's compile cache warm, which is what an installed package comes closest to; its time includes the git processes that it starts.",
      ],
      targets: [
        ratio("the whole report, beside `git log --format=… --all`", whole, plain, 1.5),
        memory(whole),
        ratio("with line sizes, beside `git log --numstat --all`", cold, counted, 1.2),
        ratio("the second time, sizes from the cache, beside the same", warm, counted, 0.3),
      ],
      tables: [
        {
          title: "Wall time and memory",
          columns: ["", "time", "memory at its peak"],
          rows: [
            ["git log --format=… --all", sayMs(plain.wallMs), sayBytes(plain.peakBytes)],
            ["steadfast delivery --no-lines", sayMs(whole.wallMs), sayBytes(whole.peakBytes)],
            ["git log --numstat --all", sayMs(counted.wallMs), sayBytes(counted.peakBytes)],
            ["steadfast delivery --lines", sayMs(cold.wallMs), sayBytes(cold.peakBytes)],
            ["steadfast delivery --lines, again", sayMs(warm.wallMs), sayBytes(warm.peakBytes)],
          ],
          note: "Memory is of the first process alone, without the git processes that ours starts.",
        },
      ],
      charts: [],
      notes: [],
    };
  } finally {
    repository.remove();
    rmSync(cache, { recursive: true, force: true });
  }
}

function ratio(what: string, ours: Timed, theirs: Timed, limit: number): Target {
  const measured = ours.wallMs / theirs.wallMs;
  return {
    what,
    limit: `≤ ${limit} ×`,
    measured: `${measured.toFixed(2)} ×`,
    isMet: measured <= limit,
    reason:
      "Starting Node takes 0.1–0.2 s of it, which weighs more the shorter git's own time is; ours uses two cores where they are free.",
  };
}

function memory({ peakBytes }: Timed): Target {
  return {
    what: "memory of the whole report, at its peak",
    limit: "≤ 200 MB",
    measured: sayBytes(peakBytes),
    isMet: peakBytes <= MEMORY_MAX_BYTES,
    reason: "V8 lets its heap grow where memory is plenty.",
  };
}

/** In turn, so that what else the machine does meets both. */
async function alternate(
  rounds: number,
  first: () => Promise<Timed>,
  second: () => Promise<Timed>,
): Promise<readonly [Timed, Timed]> {
  const results: { readonly first: Timed; readonly second: Timed }[] = [];
  for (let round = 0; round < rounds; round += 1) results.push({ first: await first(), second: await second() });
  return [medianOf(results.map((result) => result.first)), medianOf(results.map((result) => result.second))];
}

function medianOf(runs: readonly Timed[]): Timed {
  const walls = runs.map(({ wallMs }) => wallMs).sort((a, b) => a - b);
  return {
    wallMs: walls[Math.floor(walls.length / 2)] ?? 0,
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
  };
}

async function timed(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const startedMs = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, POLL_MS);
  const code = await new Promise((resolve) => child.on("close", resolve));
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
