import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { ratioSpread, type Spread, spreadOf } from "../report/spread.ts";

const POLL_MS = 5;
const PATH_ONLY = { PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin" };

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type Compared = {
  readonly ours: Spread;
  readonly peer: Spread;
  readonly ratio: Spread;
  /** Of ours, in a run of its own. */
  readonly peakBytes: number;
};

/** In turn, so that what else the machine does meets both. */
export async function alternate(
  rounds: number,
  ours: Program,
  peer: Program,
  prepare: () => void = () => {},
): Promise<Compared> {
  const oursMs: number[] = [];
  const peerMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    prepare();
    oursMs.push(await timed(ours));
    peerMs.push(await timed(peer));
  }
  prepare();
  return {
    ours: spreadOf(oursMs),
    peer: spreadOf(peerMs),
    ratio: ratioSpread(oursMs, peerMs),
    peakBytes: await peakBytesOf(ours),
  };
}

/** The shell knows what its children, and theirs, took of the processor: the last line of `times`, user and system. */
export async function cpuMsOf({ command, args, env }: Program): Promise<number> {
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

/** @returns milliseconds from its start to its end. @throws {Error} when it ends with anything but 0 */
export async function timed(program: Program): Promise<number> {
  const startedMs = performance.now();
  await ended(start(program), program);
  return performance.now() - startedMs;
}

/** Of the first process alone: what it starts has a peak of its own. 0 where there is no /proc. Not while time is taken: to look so often takes some of it. */
async function peakBytesOf(program: Program): Promise<number> {
  const child = start(program);
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, POLL_MS);
  await ended(child, program);
  clearInterval(poll);
  return peakBytes;
}

function start({ command, args, env }: Program): ChildProcess {
  return spawn(command, args, { env: { ...PATH_ONLY, ...env }, stdio: ["ignore", "ignore", "inherit"] });
}

async function ended(child: ChildProcess, { command }: Program): Promise<void> {
  const code = await new Promise((settle) => child.on("close", settle));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
}

/** The kernel keeps the highest resident size. */
function peakOf(pid: number | undefined): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"));
    return match ? Number(match[1]) * 1_024 : 0;
  } catch {
    return 0;
  }
}
