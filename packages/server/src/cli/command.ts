import { type Command, Option } from "commander";
import { usageError } from "./cli-error.ts";
import type { ApiClient } from "./client.ts";
import { type Connection, resolveConnection, URL_DEFAULT } from "./connection.ts";
import { type Io, paintFor, widthOf } from "./io.ts";
import { jsonText } from "./terminal/json-text.ts";
import type { Paint } from "./terminal/paint.ts";

/** The options of every command that speaks to the server. */
export type ConnectionOptions = { readonly url?: string; readonly token?: string; readonly json?: true };
export type EnvironmentOption = { readonly environment: string };
export type ReasonOption = { readonly reason?: string };

/** Heads these options in the help, after a command's own. */
export const CONNECTION_GROUP = "Connection:";

export function withConnection(command: Command): Command {
  const options = [
    new Option("--url <address>", `the server (STEADFAST_URL; default ${URL_DEFAULT})`),
    new Option("--token <token>", "who asks (STEADFAST_TOKEN, or what `steadfast login` saved)"),
    new Option("--json", "print the API's JSON, nothing else"),
  ];
  for (const option of options) command.addOption(option.helpGroup(CONNECTION_GROUP));
  return command;
}

export function withEnvironment(command: Command): Command {
  return command.option("-e, --environment <key>", "the environment", "production");
}

export function withReason(command: Command): Command {
  return command.option("-r, --reason <why>", "why, in a few words: it stands in the journal");
}

/** What a command says its result with. */
export type Output = {
  readonly isJson: boolean;
  readonly paint: Paint;
  readonly width: number;
  /** With --json the data, else the view's lines; to stdout. */
  readonly show: (data: unknown, view: () => readonly string[]) => void;
};

/** What a command works with once the connection is known. */
export type Session = Output & {
  readonly io: Io;
  readonly connection: Connection;
  readonly api: ApiClient;
};

export function outputOf(io: Io, isJson: boolean): Output {
  return {
    isJson,
    paint: paintFor(io, io.stdout),
    width: widthOf(io.stdout),
    show: (data, view) => {
      const lines = isJson ? [jsonText(data, 2)] : view();
      io.stdout.write(`${lines.join("\n")}\n`);
    },
  };
}

export async function openSession(io: Io, options: ConnectionOptions): Promise<Session> {
  // Loaded for a command that speaks to a server; every other one starts without it.
  const { createApiClient } = await import("./client.ts");
  const connection = await resolveConnection(io, options);
  return {
    ...outputOf(io, options.json === true),
    io,
    connection,
    api: createApiClient(connection, io.fetch),
  };
}

/** The reason given, or asked for where somebody can answer. @throws {CliError} exit code 2 without one. */
export async function requireReason(io: Io, options: ReasonOption & { readonly json?: true }): Promise<string> {
  const given = options.reason?.trim();
  if (given !== undefined && given !== "") return given;
  if (io.ask !== undefined && options.json !== true) {
    const answer = await io.ask("Why? (a few words for the journal) ");
    if (answer !== "") return answer;
  }
  throw usageError("A reason is needed: it stands in the journal.", 'Add it: --reason "why"');
}

/** Under a list whose `next` tells that there are more. */
export const MORE_ITEMS = "There are more: raise --limit";

/** A list is followed over this many pages at most; what is left is said. */
const PAGES_MAX = 20;
const PAGE_LIMIT = 100;

type PageOf<Item> = { items: Item[]; next: string | null };

/** Up to `limit` items of a paged list; `next` tells whether there are more. */
export async function collectPages<Item>(
  readPage: (query: { after?: string; limit: number }) => Promise<PageOf<Item>>,
  limit: number,
): Promise<PageOf<Item>> {
  const items: Item[] = [];
  let next: string | null = null;
  for (let page = 0; page < PAGES_MAX && items.length < limit; page += 1) {
    const query = { limit: Math.min(PAGE_LIMIT, limit - items.length) };
    const answer: PageOf<Item> = await readPage(next === null ? query : { ...query, after: next });
    items.push(...answer.items);
    next = answer.next;
    if (next === null) break;
  }
  return { items, next };
}
