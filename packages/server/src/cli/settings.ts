import { type Command, Option } from "commander";
import { type Config, loadConfig, SETTINGS, type Setting } from "../config.ts";
import { CliError } from "./cli-error.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Where the data lies; DATABASE_URL is taken from the environment only. */
export const STORE_SETTINGS: readonly Setting[] = SETTINGS.filter(({ name }) => name === "dataDir");

/** An option for each setting that is no secret. */
export function withSettings(command: Command, settings: readonly Setting[]): Command {
  for (const { flag, env, defaultText, unit, description, isSecret } of settings) {
    if (isSecret) continue;
    const by = defaultText === null ? env.join(", ") : `${env.join(", ")}; default ${defaultText}`;
    command.addOption(new Option(`--${flag} <${unit ?? "value"}>`, `${description} (${by})`));
  }
  return command;
}

/** @throws {CliError} with every fault (exit code 2) */
export function readConfig(io: Io, options: Readonly<Record<string, string | true | undefined>>): Config {
  const flags: Record<string, string | undefined> = {};
  for (const { flag } of SETTINGS) {
    const value = options[flag.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())];
    if (typeof value === "string") flags[flag] = value;
  }
  const loaded = loadConfig({ env: io.env, flags, isTerminal: io.stderr.isTTY === true });
  if (loaded.ok) return loaded.config;
  throw new CliError("The server's settings are not valid.", {
    exitCode: EXIT_CODES.usage,
    advice: loaded.faults.map((fault) => fault.message),
  });
}
