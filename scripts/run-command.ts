import { spawn } from "node:child_process";

export type Ran = {
  readonly isOk: boolean;
  /** The end of stdout and stderr as they came. */
  readonly output: string;
};

export type RunOptions = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Show the output while it runs, too. */
  readonly isStreamed?: boolean;
};

/** A step that says more than this is cut at the front: the end of a log tells what went wrong. */
const OUTPUT_MAX_CHARACTERS = 200_000;

/** Runs a program without stdin. Never rejects: what cannot be started or takes too long has failed, and says so. */
export function runCommand(command: string, given: readonly string[], options: RunOptions): Promise<Ran> {
  return new Promise((resolve) => {
    let output = "";
    const keep = (text: string) => {
      if (options.isStreamed) process.stdout.write(text);
      output = (output + text).slice(-OUTPUT_MAX_CHARACTERS);
    };
    // A group of its own, so that its workers and servers end with it.
    const child = spawn(command, given, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: { ...process.env, ...options.environment },
    });
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);

    const endGroup = () => killGroup(child.pid);
    const timer = setTimeout(() => {
      keep(`\nstopped: not finished after ${options.timeoutMs / 1000} s\n`);
      endGroup();
    }, options.timeoutMs);
    process.once("exit", endGroup);

    const finish = (isOk: boolean) => {
      clearTimeout(timer);
      process.off("exit", endGroup);
      resolve({ isOk, output });
    };
    child.once("error", (error) => {
      keep(`${command} could not be started: ${error.message}\n`);
      finish(false);
    });
    child.once("close", (code) => finish(code === 0));
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
