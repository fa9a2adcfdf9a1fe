import { createPaint, type Paint } from "./terminal/paint.ts";

/** A stream that a person or a pipe reads. */
export type Output = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** All a command knows of the world outside: passed in, so that tests read what a terminal would show. */
export type Io = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  nowMs(): number;
  readonly fetch: typeof globalThis.fetch;
  /** `undefined` where nobody can answer (a pipe, CI). */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Calls back on SIGINT and SIGTERM; the returned function stops listening. */
  onInterrupt(run: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  setExitCode(code: number): void;
  /** Ends the process at once: for a second Ctrl-C. */
  exitNow(code: number): void;
};

/** The real terminal. `env` comes from the composition root. */
export function processIo(env: Io["env"]): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env,
    nowMs: () => Date.now(),
    fetch: globalThis.fetch,
    ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined,
    onInterrupt(run) {
      const onInt = () => run("SIGINT");
      const onTerm = () => run("SIGTERM");
      process.on("SIGINT", onInt);
      process.on("SIGTERM", onTerm);
      return () => {
        process.off("SIGINT", onInt);
        process.off("SIGTERM", onTerm);
      };
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    exitNow: (code) => process.exit(code),
  };
}

/**
 * Whoever read the output is gone, as with `| head`: a command has nothing left to say and ends, a server goes on
 * without a reader.
 */
export function outliveReaders(isServer: boolean): void {
  for (const output of [process.stdout, process.stderr]) {
    output.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (!isServer) process.exit();
    });
  }
}

/** Colour for one stream: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal. */
export function paintFor(io: Io, output: Output): Paint {
  return createPaint(isColoured(io.env, output));
}

function isColoured(env: Io["env"], output: Output): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0";
  return output.isTTY === true && env.TERM !== "dumb";
}

/** Characters a line may take where no terminal tells. */
const WIDTH_DEFAULT = 100;
const WIDTH_MIN = 40;
const WIDTH_MAX = 160;

/** Columns to lay out for, 40..160. */
export function widthOf(output: Output): number {
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, output.columns || WIDTH_DEFAULT));
}

async function askOnTerminal(question: string): Promise<string> {
  // Loaded when somebody is asked: hardly any command does.
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
