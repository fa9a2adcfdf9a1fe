import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** `false` when the suite must fail rather than be skipped without PostgreSQL, as on CI. */
export const isPostgresOptional = process.env.STEADFAST_REQUIRE_POSTGRES !== "1";

/** A throw-away PostgreSQL that listens on a socket in its own folder only, and, unless asked to, does not wait for the disk. */
export type PostgresCluster = {
  /** Makes an empty database. @returns its address */
  createDatabase(): Promise<string>;
  /** Ends every connection and the server, and starts it again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
};

type Installation = { readonly bin: string; readonly user: { readonly name: string; readonly uid: number } | null };

/** Why there is no PostgreSQL to test with, or how to run it. Root cannot: then the user `postgres` does. */
export function findPostgres(): { readonly reason: string } | Installation {
  const bin = findBinaries();
  if (bin === undefined) return { reason: "PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)" };
  if (process.getuid?.() !== 0) return { bin, user: null };
  const line = readFileSync("/etc/passwd", "utf8").match(/^postgres:[^:]*:(\d+):/m);
  if (!line) return { reason: "PostgreSQL refuses to run as root, and there is no user postgres" };
  return { bin, user: { name: "postgres", uid: Number(line[1]) } };
}

function findBinaries(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

export async function startPostgresCluster(
  installation: Installation,
  { isDurable = false }: { readonly isDurable?: boolean } = {},
): Promise<PostgresCluster> {
  const { bin, user } = installation;
  const folder = mkdtempSync(join(tmpdir(), "steadfast-postgres-"));
  chmodSync(folder, 0o700);
  if (user) chownSync(folder, user.uid, -1);
  const data = join(folder, "data");
  const initdb = asUser(installation, "initdb", [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--no-sync",
  ]);
  execFileSync(initdb.command, [...initdb.arguments, "--locale=C.UTF-8"], { stdio: "pipe", cwd: folder });

  const server = asUser({ bin, user }, "postgres", [
    ...["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=100"],
    ...["-c", "max_wal_senders=0", "-c", "wal_level=minimal"],
    ...(isDurable ? [] : ["-c", "fsync=off", "-c", "full_page_writes=off"]),
  ]);
  const addressOf = (database: string) =>
    `postgres://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
  let child: ChildProcess | undefined;
  let count = 0;

  const start = async () => {
    child = spawn(server.command, server.arguments, { stdio: "ignore", cwd: folder });
    await waitUntilReady(addressOf("postgres"), child);
  };
  const stop = async () => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    // "Fast shutdown": PostgreSQL ends the connections itself.
    running.kill("SIGINT");
    await Promise.race([ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  };
  await start();
  return {
    createDatabase: async () => {
      count += 1;
      await query(addressOf("postgres"), `create database test_${count}`);
      return addressOf(`test_${count}`);
    },
    stop,
    start,
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As that user, and ended when this process ends in any way: `setpriv` keeps the pid, so signals reach the server. */
function asUser(installation: Installation, program: string, parameters: readonly string[]) {
  const { bin, user } = installation;
  const path = join(bin, program);
  if (!user) return { command: path, arguments: [...parameters] };
  const identity = [`--reuid=${user.name}`, `--regid=${user.name}`, "--clear-groups", "--pdeathsig=INT"];
  return { command: "setpriv", arguments: [...identity, path, ...parameters] };
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await query(url, "select 1");
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw new Error("PostgreSQL did not start in time", { cause: error });
      await delay(25);
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => {});
  }
}
