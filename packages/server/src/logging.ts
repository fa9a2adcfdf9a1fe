import { Writable } from "node:stream";
import { styleText } from "node:util";
import pino, { type DestinationStream, type Logger } from "pino";

export type LogOptions = { readonly level: string; readonly format: "pretty" | "json" };

/** What a terminal or a viewer of logs would obey instead of showing: C1, line ends that JSON leaves alone, turning of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Logs to standard error, so that standard output stays what a command prints. Secrets are never given to it; headers are
 * cut anyway. Text that came from outside stays inside its line: whatever it holds, it can neither begin another line nor
 * steer a terminal.
 */
export function createLogger(options: LogOptions, output: NodeJS.WritableStream = process.stderr): Logger {
  const redact = ["req.headers", "token", "secret", "authorization", "cookie"];
  const destination = options.format === "pretty" ? prettyStream(output) : jsonStream(output);
  return pino({ level: options.level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** As JSON has them: a parser reads the same text. */
function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Standard error itself is written to at once, as pino does it: the last line before a crash is there. */
function jsonStream(output: NodeJS.WritableStream): DestinationStream {
  const written: { write(text: string): unknown } = output === process.stderr ? pino.destination(2) : output;
  return { write: (line: string) => void written.write(`${escapeControls(line.trimEnd())}\n`) };
}

const LEVELS = new Map<unknown, string>([
  [10, styleText("dim", "trace")],
  [20, styleText("dim", "debug")],
  [30, styleText("cyan", " info")],
  [40, styleText("yellow", " warn")],
  [50, styleText("red", "error")],
  [60, styleText("red", "fatal")],
]);

/** One line for a person: time, level, message, then the fields. */
function prettyStream(output: NodeJS.WritableStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split("\n")) if (line !== "") output.write(`${prettyLine(line)}\n`);
      done();
    },
  });
}

function prettyLine(line: string): string {
  const { level, time, msg, err, ...fields }: Record<string, unknown> = JSON.parse(line);
  const clock = typeof time === "string" ? time.slice(11, 19) : "";
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" ");
  const stack = typeof err === "object" && err !== null && "stack" in err ? stackLines(String(err.stack)) : "";
  return `${styleText("dim", clock)} ${LEVELS.get(level) ?? ""} ${escapeControls(String(msg ?? ""))} ${styleText("dim", escapeControls(shown))}${stack}`;
}

/** Indented, so that a message with lines of its own cannot look like another entry. */
function stackLines(stack: string): string {
  return stack
    .split("\n")
    .map((line) => `\n    ${escapeControls(line)}`)
    .join("");
}
