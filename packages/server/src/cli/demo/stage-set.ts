import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { type ApiClient, createApiClient, resultOf } from "../client.ts";
import type { Connection } from "../connection.ts";
import type { Io } from "../io.ts";
import { ACTS, ENVIRONMENT, type Faults, SERVICE } from "./acts.ts";
import { type Child, type ChildOptions, childError, startChild } from "./child.ts";
import { type Clone, findClone } from "./clone.ts";
import { findFreePort } from "./free-port.ts";
import { createLoadTally, type LoadTally } from "./load-tally.ts";

export const REQUESTS_PER_SECOND = 250;
export const USERS = 5_000;

const START_TIMEOUT_MS = 60_000;
/** The load ends by itself after a day, should everything else fail. */
const LOAD_SECONDS_MAX = 86_400;

/** Everything that plays: a server with an empty store, a shop, its users. */
export type StageSet = {
  readonly folder: string;
  readonly connection: Connection;
  readonly api: ApiClient;
  readonly shopUrl: string;
  readonly load: LoadTally;
  setFaults(flag: string, faults: Faults): Promise<void>;
  /** Ends every process, the users first. `isKept`: leaves the folder with the logs. */
  strike(isKept: boolean): Promise<void>;
};

type Running = {
  readonly clone: Clone;
  readonly folder: string;
  readonly children: Child[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onCrash: (error: CliError) => void;
};

/**
 * Starts it all, on free ports of the loopback interface.
 *
 * @param onCrash a process ended that nobody stopped
 * @throws {CliError} with the end of the log of what did not start; nothing is left running
 */
export async function buildStageSet(
  io: Io,
  wantedPort: number,
  signal: AbortSignal,
  onCrash: (error: CliError) => void,
): Promise<StageSet> {
  const clone = findClone();
  const folder = await mkdtemp(join(tmpdir(), "steadfast-demo-"));
  const running: Running = { clone, folder, children: [], env: cleanEnvironment(io.env), onCrash };
  const strike = async (isKept: boolean) => {
    for (const child of running.children.toReversed()) await child.stop();
    if (!isKept) await rm(folder, { recursive: true, force: true });
  };
  try {
    const connection = await startServer(running, await findFreePort(wantedPort), signal);
    const api = createApiClient(connection, io.fetch);
    const shopUrl = await startShop(running, connection, await createFlags(api), signal);
    const load = startLoad(running, shopUrl);
    return {
      folder,
      connection,
      api,
      shopUrl,
      load,
      setFaults: (flag, faults) => setFaults(io, shopUrl, flag, faults),
      strike,
    };
  } catch (error) {
    await strike(true);
    throw error;
  }
}

async function startServer(running: Running, port: number, signal: AbortSignal): Promise<Connection> {
  const args = ["serve", "--json", "--port", String(port), "--data-dir", join(running.folder, "data")];
  const { answer } = launch(running, "server", running.clone.serverMain, args, {});
  const message = await within(answer, running, "server", signal);
  if (!("address" in message) || typeof message.address !== "string") throw odd(running, "server", message);
  if (!("createdAdminToken" in message) || typeof message.createdAdminToken !== "string") {
    throw odd(running, "server", Object.keys(message));
  }
  return { url: message.address, token: message.createdAdminToken };
}

/** The demo's flags. Returns the shop's own token. */
async function createFlags(api: ApiClient): Promise<string> {
  for (const [key, description] of new Map(ACTS.map((act) => [act.flag, act.description]))) {
    await resultOf(api.POST("/api/v1/flags", { body: { key, description, owner: "the demo", service: SERVICE } }));
  }
  const body = { name: "example shop", role: "client", environment: ENVIRONMENT } as const;
  return (await resultOf(api.POST("/api/v1/tokens", { body }))).token;
}

async function startShop(
  running: Running,
  connection: Connection,
  token: string,
  signal: AbortSignal,
): Promise<string> {
  const { answer } = launch(running, "shop", running.clone.shopMain, [], {
    SHOP_PORT: "0",
    STEADFAST_URL: connection.url,
    STEADFAST_TOKEN: token,
    STEADFAST_ENVIRONMENT: ENVIRONMENT,
  });
  const message = await within(answer, running, "shop", signal);
  if (!("url" in message) || typeof message.url !== "string") throw odd(running, "shop", message);
  return message.url;
}

function startLoad(running: Running, shopUrl: string): LoadTally {
  const tally = createLoadTally();
  const args = ["--url", shopUrl, "--rate", String(REQUESTS_PER_SECOND), "--users", String(USERS)];
  launch(running, "users", running.clone.shopLoad, [...args, "--seconds", String(LOAD_SECONDS_MAX)], {}, (message) =>
    tally.add(message),
  );
  return tally;
}

/** Starts a child; `answer` is the first JSON line it prints, and rejects when it ends without one. */
function launch(
  running: Running,
  name: string,
  script: string,
  args: readonly string[],
  env: ChildOptions["env"],
  onMessage: (message: object) => void = () => {},
): { readonly answer: Promise<object> } {
  const first = Promise.withResolvers<object>();
  // Whoever does not wait for the answer still hears of the crash.
  first.promise.catch(() => {});
  const logPath = join(running.folder, `${name}.log`);
  const child = startChild({
    name,
    script,
    args,
    env: { ...running.env, ...env },
    logPath,
    exitWithParent: running.clone.exitWithParent,
    onMessage: (message) => {
      first.resolve(message);
      onMessage(message);
    },
    onExit: (how, isWanted) => {
      if (isWanted) return;
      const error = childError({ name, logPath }, `ended by itself (${how})`);
      first.reject(error);
      running.onCrash(error);
    },
  });
  running.children.push(child);
  return { answer: first.promise };
}

async function within(answer: Promise<object>, running: Running, name: string, signal: AbortSignal): Promise<object> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
  const given = Promise.withResolvers<never>();
  const giveUp = () =>
    given.reject(
      signal.aborted
        ? signal.reason
        : childError({ name, logPath: join(running.folder, `${name}.log`) }, "did not start within a minute"),
    );
  late.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([answer, given.promise]);
  } finally {
    late.removeEventListener("abort", giveUp);
  }
}

function odd(running: Running, name: string, message: object): CliError {
  const what = `said something unexpected: ${JSON.stringify(message)}`;
  return childError({ name, logPath: join(running.folder, `${name}.log`) }, what);
}

async function setFaults(io: Io, shopUrl: string, flag: string, faults: Faults): Promise<void> {
  const response = await io.fetch(`${shopUrl}/demo/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ flag, ...faults }),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new CliError(`The demo's shop did not take the faults of ${flag}: ${response.status}.`);
}

/** What is set for another server must not reach this one. */
function cleanEnvironment(env: Io["env"]): Io["env"] {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(STEADFAST_|OTEL_|SHOP_|DATABASE_URL$)/.test(name)),
  );
}
