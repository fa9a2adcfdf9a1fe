import { Writable } from "node:stream";
import { styleText } from "node:util";
import pino, { type DestinationStream, type Logger } from "pino";

export type LogOptions = { readonly level: string; readonly format: "pretty" | "json" };

/** Logs to standard error, so that standard output stays what a command prints. Secrets are never given to it; headers are cut anyway. */
export function createLogger(options: LogOptions): Logger {
  const destination: DestinationStream =
    options.format === "pretty" ? prettyStream(process.stderr) : pino.destination(2);
  const redact = ["req.headers", "token", "secret", "authorization", "cookie"];
  return pino({ level: options.level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
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
  const stack = typeof err === "object" && err !== null && "stack" in err ? `\n${String(err.stack)}` : "";
  return `${styleText("dim", clock)} ${LEVELS.get(level) ?? ""} ${String(msg ?? "")} ${styleText("dim", shown)}${stack}`;
}
