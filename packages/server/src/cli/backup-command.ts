import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Command } from "commander";
import type { Config } from "../config.ts";
import { errorOf, unreachable } from "./client.ts";
import { type ConnectionOptions, openSession, type Session, withConnection } from "./command.ts";
import type { Io } from "./io.ts";
import { sayRefusal } from "./say-refusal.ts";
import { readConfig, STORE_SETTINGS, withSettings } from "./settings.ts";
import { plain } from "./terminal/text.ts";

/** What a backup that was read through holds. */
export type BackupSummary = {
  readonly version: string;
  readonly createdAt: string;
  readonly rows: number;
  readonly events: number;
};

/** What only the composition root can give: the command line knows no store. */
export type BackupPrograms = {
  /** Gives a stream its file's name once it is whole and on the disk. */
  readonly keepBackup: (packed: Readable, path: string) => Promise<BackupSummary>;
  readonly backUpOffline: (config: Config, path: string) => Promise<BackupSummary>;
  readonly restoreOffline: (config: Config, path: string) => Promise<BackupSummary>;
};

type StoreOptions = Readonly<Record<string, string | true | undefined>>;

export function addBackupCommands(program: Command, io: Io, programs: BackupPrograms): void {
  const backup = program
    .command("backup <file>")
    .description("everything the server keeps, in one file, while it runs (admin)")
    .option("--offline", "read the store itself; no server may run on its data folder");
  withSettings(withConnection(backup), STORE_SETTINGS)
    .addHelpText("after", "\nThe file holds tokens as hashes only. It gets its name when it is whole and on the disk.")
    .action(async (file: string, options: ConnectionOptions & StoreOptions) => {
      const missing = `There is no folder ${plain(dirname(resolve(file)))}: make it first.`;
      if (options.offline === true) {
        const summary = await sayRefusal(missing, () => programs.backUpOffline(readConfig(io, options), file));
        say(io, options, summary, `Backed up to ${plain(file)}`);
        return;
      }
      const session = await openSession(io, options);
      const summary = await sayRefusal(missing, async () => programs.keepBackup(await download(session), file));
      say(io, options, summary, `Backed up to ${plain(file)}`);
    });

  withSettings(program.command("restore <file>"), STORE_SETTINGS)
    .description("fill an empty data folder or database from a backup; no server may run on it")
    .option("--json", "print what was restored as JSON, nothing else")
    .action(async (file: string, options: StoreOptions) => {
      const missing = `There is no file ${plain(resolve(file))}.`;
      const summary = await sayRefusal(missing, () => programs.restoreOffline(readConfig(io, options), file));
      say(io, options, summary, `Restored ${plain(file)}`);
    });
}

async function download({ connection, io }: Session): Promise<Readable> {
  const headers = { authorization: `Bearer ${connection.token}` };
  const response = await io.fetch(`${connection.url}/api/v1/backup`, { headers }).catch((error: unknown) => {
    throw unreachable(connection.url, error);
  });
  if (!response.ok || response.body === null) throw errorOf(response, await response.json().catch(() => undefined));
  const body: ReadableStream = response.body;
  return Readable.fromWeb(body);
}

function say(
  io: Io,
  options: { readonly json?: string | true | undefined },
  summary: BackupSummary,
  what: string,
): void {
  const { events, rows, createdAt, version } = summary;
  const text =
    options.json === true
      ? JSON.stringify(summary)
      : `${what}: ${events} events, ${rows} rows in all; made ${createdAt} by Steadfast ${plain(version)}.`;
  io.stdout.write(`${text}\n`);
}
