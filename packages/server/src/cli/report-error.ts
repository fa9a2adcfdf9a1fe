import { CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { type Io, paintFor, widthOf } from "./io.ts";
import { jsonText } from "./terminal/json-text.ts";
import { plain, wrap } from "./terminal/text.ts";

/** Prints what ended a command, for a person or as JSON, and returns the exit code for it. To stderr only. */
export function reportError(io: Io, error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (isJson) {
    io.stderr.write(`${jsonText(jsonOf(error))}\n`);
  } else {
    io.stderr.write(`${linesOf(io, error).join("\n")}\n`);
  }
  return error instanceof CliError ? error.exitCode : EXIT_CODES.failure;
}

function linesOf(io: Io, error: unknown): readonly string[] {
  const paint = paintFor(io, io.stderr);
  const width = widthOf(io.stderr);
  if (!(error instanceof CliError)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [
      `${paint(["red", "bold"], "error")}  a fault of the command line itself; please report it`,
      ...what.split("\n").map(plain),
    ];
  }
  const { problem } = error;
  const [first = "", ...rest] = wrap(plain(error.message), width - 7);
  const code = problem === undefined ? "" : paint("dim", ` (${plain(problem.code)}, ${problem.status})`);
  return [
    `${paint(["red", "bold"], "error")}  ${first}${rest.length === 0 ? code : ""}`,
    ...rest.map((line, index) => `       ${line}${index === rest.length - 1 ? code : ""}`),
    ...(problem?.faults ?? []).map((fault) => {
      // Where the sentence above is this fault's, its place is what is left to tell.
      const message = error.message.includes(fault.message) ? "" : `  ${plain(fault.message)}`;
      return `       ${paint("yellow", plain(fault.path || "/"))}${message}`;
    }),
    ...error.advice.map((line) => paint("dim", `       ${plain(line)}`)),
  ];
}

/** The server's problem as it came; for what never reached a server, an object of the same shape. */
function jsonOf(error: unknown): object {
  if (error instanceof CliError && error.problem !== undefined) return { ...error.problem, advice: error.advice };
  const detail = error instanceof Error ? error.message : String(error);
  const title = "The command failed before the server answered";
  return { status: 0, code: "cli", title, detail, faults: [], advice: error instanceof CliError ? error.advice : [] };
}
