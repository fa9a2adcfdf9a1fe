import type { Command } from "commander";
import { type Config, SETTINGS } from "../config.ts";
import { CliError } from "./cli-error.ts";
import { URL_DEFAULT } from "./connection.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { type Io, paintFor } from "./io.ts";
import { readConfig, withSettings } from "./settings.ts";
import { box } from "./terminal/box.ts";
import { plain } from "./terminal/text.ts";
import { VERSION } from "./version.ts";

/** A server that listens, as the composition root starts it. */
export type StartServer = (config: Config) => Promise<RunningServer>;
export type RunningServer = {
  readonly address: string;
  close(): Promise<void>;
  readonly createdAdminToken?: string | undefined;
};

export function addServeCommand(program: Command, io: Io, startServer: StartServer): void {
  const command = withSettings(
    program.command("serve").description("run the server: dashboard, API, OFREP and OTLP on one port"),
    SETTINGS,
  );
  const secrets = SETTINGS.filter((setting) => setting.isSecret)
    .map((setting) => `  ${setting.env[0]}\n      ${setting.description}`)
    .join("\n");
  command
    .option("--json", "print one line of JSON once it listens: address, createdAdminToken")
    .addHelpText("after", `\nSecrets, by the environment only:\n${secrets}`)
    .action((options: Readonly<Record<string, string | true | undefined>>) => runServer(io, startServer, options));
}

/** Serves until SIGINT or SIGTERM, then drains; a second signal ends at once. */
async function runServer(
  io: Io,
  startServer: StartServer,
  options: Readonly<Record<string, string | true | undefined>>,
): Promise<void> {
  const config = readConfig(io, options);
  const stopped = Promise.withResolvers<void>();
  let signals = 0;
  let isUp = false;
  const forget = io.onInterrupt((signal) => {
    signals += 1;
    // A start may take long, as where it migrates a large table: nobody is served yet, and what it did so far is not kept.
    if (signals > 1 || !isUp) io.exitNow(signal === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.failure);
    stopped.resolve();
  });
  try {
    const server = await startServer(config).catch((error: unknown) => {
      throw startError(error);
    });
    isUp = true;
    if (options.json === true) {
      const { address, createdAdminToken } = server;
      io.stdout.write(`${JSON.stringify({ address, createdAdminToken: createdAdminToken ?? null })}\n`);
    } else {
      io.stdout.write(`${banner(io, server, config).join("\n")}\n`);
    }
    await stopped.promise;
    await server.close();
  } finally {
    forget();
  }
}

function banner(io: Io, server: RunningServer, config: Config): readonly string[] {
  const paint = paintFor(io, io.stdout);
  const token = server.createdAdminToken;
  const row = (label: string, text: string) => `  ${paint("dim", label.padEnd(11))}${text}`;
  return [
    "",
    `  ${paint("bold", "Steadfast")} ${VERSION}`,
    "",
    row("Dashboard", paint(["cyan", "underline"], `${config.publicUrl ?? server.address}/`)),
    row("OTLP", `${server.address}/v1/traces`),
    row("OFREP", `${server.address}/ofrep/v1`),
    row(
      "Data",
      config.database.kind === "sqlite" ? plain(`${config.database.dataDir} (SQLite)`) : "PostgreSQL (DATABASE_URL)",
    ),
    "",
    ...(token === undefined
      ? []
      : [
          ...box(["The admin token. Keep it: it is not shown again.", "", paint("bold", token)], paint).map(
            (line) => `  ${line}`,
          ),
          "",
          paint("dim", `  Sign in from a shell: ${loginCommand(io, server.address)}`),
          "",
        ]),
  ];
}

/** As it can be pasted: in a clone there is no `steadfast` on the path, and only the default address goes without saying. */
function loginCommand(io: Io, address: string): string {
  const isClone = io.env["npm_package_name"] === "steadfast-workspace";
  const program = isClone ? "npm run --silent steadfast --" : "steadfast";
  const url = address === URL_DEFAULT ? "" : ` --url ${address}`;
  return `${program} login${url} --token <the token>`;
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another program listens on that port: stop it, or choose another with --port.",
  EACCES: "This user may not use that port or folder: choose another with --port or --data-dir.",
};

/** Expected reasons not to start are told in a sentence; they have no use for a stack. */
function startError(error: unknown): CliError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const advice = WHAT_TO_DO[code];
  return new CliError(`The server could not start: ${message}`, {
    cause: error,
    advice: advice === undefined ? [] : [advice],
  });
}
