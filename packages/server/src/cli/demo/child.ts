import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, createWriteStream, openSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../cli-error.ts";

export type ChildOptions = {
  /** For people. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets all it prints. */
  readonly logPath: string;
  readonly exitWithParent: string;
  /** Each line of its standard output that is a JSON object. */
  readonly onMessage: (message: object) => void;
  /** Called once, however it ends; `isWanted` when `stop` asked for it. */
  readonly onExit: (how: string, isWanted: boolean) => void;
};

export type Child = { readonly name: string; readonly logPath: string; stop(): Promise<void> };

const STOP_GRACE_MS = 8_000;

/**
 * Starts a program of the repository as a process of its own, away from the terminal's Ctrl-C: the demo stops its
 * children in order. They end by themselves when the demo is gone.
 */
export function startChild(options: ChildOptions): Child {
  const log = openSync(options.logPath, "a", 0o600);
  const child = spawn(process.execPath, ["--import", options.exitWithParent, options.script, ...options.args], {
    env: options.env,
    stdio: ["ignore", "pipe", log, "ipc"],
    detached: true,
  });
  closeSync(log);
  let isWanted = false;
  const exited = new Promise<void>((resolve) => {
    const end = (how: string) => {
      options.onExit(how, isWanted);
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : signal));
  });
  readMessages(child, options);
  return {
    name: options.name,
    logPath: options.logPath,
    async stop() {
      isWanted = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill("SIGTERM");
      const timeout = new AbortController();
      await Promise.race([exited, sleep(STOP_GRACE_MS, undefined, { signal: timeout.signal }).catch(() => {})]);
      timeout.abort();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}

function readMessages(child: ChildProcess, options: ChildOptions): void {
  if (child.stdout === null) return;
  const copy = createWriteStream(options.logPath, { flags: "a" });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) {
      copy.write(`${line}\n`);
      return;
    }
    try {
      const message: unknown = JSON.parse(line);
      if (typeof message === "object" && message !== null) options.onMessage(message);
    } catch {
      copy.write(`${line}\n`);
    }
  });
}

const LOG_LINES_SHOWN = 15;

/** The error of a child that failed, with the end of its log. */
export function childError(child: Pick<Child, "name" | "logPath">, what: string): CliError {
  let lines: readonly string[] = [];
  try {
    lines = readFileSync(child.logPath, "utf8").trimEnd().split("\n").slice(-LOG_LINES_SHOWN);
  } catch {
    // Without a log there is only the path to tell.
  }
  return new CliError(`The demo's ${child.name} ${what}.`, {
    advice: [`Its log, ${basename(child.logPath)}, ends with:`, ...lines, `All of it: ${child.logPath}`],
  });
}
