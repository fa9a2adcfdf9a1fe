import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createApi } from "./api.ts";
import { type Child, type Exit, firstJsonLine, startScript } from "./child-process.ts";

export const SERVER_MAIN = new URL("../../packages/server/src/main.ts", import.meta.url);

/** The admin token of every server here, unless a test asks for another. */
export const ADMIN_TOKEN = "admin-token-of-the-journeys";

export type ServerOptions = {
  /** Default: a new folder, deleted by `stop`. */
  readonly dataDir?: string;
  /** PostgreSQL instead of the data folder. */
  readonly databaseUrl?: string;
  readonly adminToken?: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
};

export type ServerProcess = {
  readonly url: string;
  readonly port: number;
  readonly adminToken: string;
  readonly dataDir: string;
  readonly pid: number;
  /** With the admin token. */
  readonly api: Api;
  readonly exited: Promise<Exit>;
  /** Ends it by a signal; the data folder stays. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Ends it in order, and deletes a data folder that it made. */
  stop(): Promise<Exit>;
  /** What it logged and printed. */
  log(): string;
};

/** Starts `steadfast serve` as a process of its own, and waits until it listens. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "steadfast-e2e-")));
  const adminToken = options.adminToken ?? ADMIN_TOKEN;
  const child = launchServer({ ...options, dataDir, adminToken });
  const { address } = await firstJsonLine<{ address: string }>(child, "the server");
  return {
    url: address,
    port: Number(new URL(address).port),
    adminToken,
    dataDir,
    pid: child.pid,
    api: createApi(address, adminToken),
    exited: child.exited,
    kill: child.kill,
    stop: async () => {
      const exit = await child.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return exit;
    },
    log: child.log,
  };
}

/** Starts `steadfast serve` and waits for nothing: for those that are not to start. */
export function launchServer(options: ServerOptions & { readonly dataDir: string }): Child {
  const args = ["serve", "--json", "--port", String(options.port ?? 0), "--data-dir", options.dataDir];
  return startScript(SERVER_MAIN, args, {
    env: {
      STEADFAST_ADMIN_TOKEN: options.adminToken ?? ADMIN_TOKEN,
      DATABASE_URL: options.databaseUrl,
      ...options.env,
    },
  });
}
