import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { ratioSpread, type Spread, spreadOf } from "../report/spread.ts";

const POLL_MS = 5;
const PATH_ONLY = { PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin" };

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** Of the first process alone: what it starts has a peak of its own. 0 bytes where there is no /proc. */
type Timed = { readonly wallMs: number; readonly peakBytes: number };

export type Compared = {
  readonly ours: Spread;
  readonly peer: Spread;
  readonly ratio: Spread;
  readonly peakBytes: number;
};

/** In turn, so that what else the machine does meets both. */
export async function alternate(
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

/** @throws {Error} when it ends with anything but 0 */
export async function timed({ command, args, env }: Program): Promise<Timed> {
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

/** The kernel keeps the highest resident size. */
function peakOf(pid: number | undefined): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"));
    return match ? Number(match[1]) * 1_024 : 0;
  } catch {
    return 0;
  }
}
