import { readFileSync } from "node:fs";

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used, all its threads; `undefined` where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  const fields = readProc(pid, "stat");
  // The name in parentheses may hold spaces: what follows it is counted from the state, field 3.
  const rest = fields?.slice(fields.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(rest?.[11]), Number(rest?.[12])];
  return Number.isFinite(user + system) ? (user + system) / TICKS_PER_SECOND : undefined;
}

/** Bytes of a process that are in memory; `undefined` where there is no /proc. */
export function residentBytesOf(pid: number): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "");
  return match ? Number(match[1]) * 1_024 : undefined;
}

/** The most bytes of a process that were in memory at once since it started; `undefined` where there is no /proc. */
export function peakBytesOf(pid: number): number | undefined {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "");
  return match ? Number(match[1]) * 1_024 : undefined;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
