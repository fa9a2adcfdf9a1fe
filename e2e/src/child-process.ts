import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";

/** The end of what a process wrote is enough to see why it failed. */
const LOG_CHARACTERS_MAX = 200_000;
/** A process that does not end by itself is killed; a test must not hang on it. */
const STOP_TIMEOUT_MS = 30_000;

/** How a process ended; one of the two is `null`. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Sends a signal and resolves when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** SIGTERM, and SIGKILL when that is not enough. */
  stop(): Promise<Exit>;
  stdout(): string;
  /** Both streams as they came. */
  log(): string;
};

export type ChildOptions = {
  /** Environment variables; `undefined` takes one away. What is set for another server never reaches the child. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
};

const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** Runs a script of this repository with this Node, as a user's shell would. It never outlives the tests. */
export function startScript(script: URL, args: readonly string[], options: ChildOptions = {}): Child {
  const all = ["--disable-warning=ExperimentalWarning", fileURLToPath(script), ...args];
  return startProgram(process.execPath, all, options);
}

/** Runs any program. It never outlives the tests. */
export function startProgram(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const child = spawn(command, args, {
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  alive.add(child);
  let log = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    log = (log + text).slice(-LOG_CHARACTERS_MAX);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS_MAX);
  });
  // "close": after the streams were read to their ends.
  const exited = once(child, "close").then(([code, signal]): Exit => {
    alive.delete(child);
    return { code, signal };
  });
  const kill = (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? -1,
    exited,
    kill,
    stop: async () => {
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      try {
        return await kill("SIGTERM");
      } finally {
        clearTimeout(timer);
      }
    },
    stdout: () => stdout,
    log: () => log,
  };
}

/**
 * The first line a process prints, as JSON.
 *
 * @throws {Error} with what the process wrote, when it ends before
 */
export async function firstJsonLine<T>(child: Child, name: string): Promise<T> {
  const ended = child.exited.then(({ code, signal }) => {
    throw new Error(`${name} ended with ${code ?? signal} before it was ready:\n${child.log()}`);
  });
  const line = await Promise.race([ended, firstLine(child)]);
  const message: T = JSON.parse(line);
  return message;
}

async function firstLine(child: Child): Promise<string> {
  return eventually("the first line", () => {
    const end = child.stdout().indexOf("\n");
    return end < 0 ? undefined : child.stdout().slice(0, end);
  });
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(STEADFAST_|OTEL_|SHOP_|DATABASE_URL$|VITEST|NODE_ENV$)/.test(name),
    ),
  );
}
