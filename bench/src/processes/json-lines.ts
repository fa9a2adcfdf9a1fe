import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A script of the benchmarks in a process of its own, which speaks in lines of JSON. */
export type Speaker = {
  readonly pid: number;
  /** The first message from now on that is wanted. @throws {Error} when the process ends before, or after `timeoutMs` */
  next<T>(isWanted: (message: T) => boolean, timeoutMs: number): Promise<T>;
  stop(): Promise<void>;
};

/** Messages that nobody has asked for yet are kept, so that none is missed; this many. */
const KEPT_MAX = 1_000;

export function startSpeaker(script: URL, args: readonly string[]): Speaker {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "close");
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const kept: unknown[] = [];
  const waiters = new Set<() => void>();
  let hasEnded = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    kept.push(JSON.parse(line));
    if (kept.length > KEPT_MAX) kept.shift();
    for (const wake of waiters) wake();
  });
  void exited.then(() => {
    hasEnded = true;
    process.off("exit", kill);
    for (const wake of waiters) wake();
  });

  const take = <T>(isWanted: (message: T) => boolean): T | undefined => {
    for (const [index, line] of kept.entries()) {
      const message: T = JSON.parse(JSON.stringify(line));
      if (!isWanted(message)) continue;
      kept.splice(0, index + 1);
      return message;
    }
    return undefined;
  };
  return {
    pid: child.pid ?? -1,
    next: async (isWanted, timeoutMs) => {
      const untilMs = performance.now() + timeoutMs;
      for (;;) {
        const message = take(isWanted);
        if (message !== undefined) return message;
        if (hasEnded) throw new Error(`${script.pathname.split("/").at(-1)} ended`);
        if (performance.now() > untilMs) throw new Error(`${script.pathname.split("/").at(-1)} said nothing in time`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(wake, Math.max(1, untilMs - performance.now()));
          function wake() {
            clearTimeout(timer);
            waiters.delete(wake);
            resolve();
          }
          waiters.add(wake);
        });
      }
    },
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
