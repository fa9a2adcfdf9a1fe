import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";

/** What the API answered instead of a result (RFC 9457). */
export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly { readonly path: string; readonly message: string }[];
};

/** Ends a command: what happened, what to do, and the exit code. Printed once, by `runProgram`. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** What to do about it; lines of plain text. */
  readonly advice: readonly string[];
  readonly problem: Problem | undefined;

  constructor(
    message: string,
    more: { exitCode?: ExitCode; advice?: readonly string[]; problem?: Problem; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = "CliError";
    this.exitCode = more.exitCode ?? EXIT_CODES.failure;
    this.advice = more.advice ?? [];
    this.problem = more.problem;
  }
}

/** The command line names something that cannot be: exit code 2. */
export function usageError(message: string, ...advice: readonly string[]): CliError {
  return new CliError(message, { exitCode: EXIT_CODES.usage, advice });
}
