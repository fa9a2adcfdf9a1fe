import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { Database, DatabaseConfig, StoreKind } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import {
  findPostgres,
  isPostgresOptional,
  type PostgresCluster,
  startPostgresCluster,
} from "./postgres-cluster.fixture.ts";

/** Opens an empty store; it is closed and deleted after the test. */
export type OpenStore = {
  (): Promise<Database>;
  readonly kind: StoreKind;
  /** An empty store's address, for a test that opens it by itself. */
  config(): Promise<DatabaseConfig>;
  /** Opens a store by its address, as another node does; it is closed after the test. */
  at(config: DatabaseConfig): Promise<Database>;
};

/**
 * Describes behaviour that both engines must show: SQLite in a folder of its own, and a throw-away PostgreSQL. Where
 * PostgreSQL is not installed, its half is skipped and says why, unless STEADFAST_REQUIRE_POSTGRES=1.
 */
export function describeOnEachStore(name: string, define: (open: OpenStore) => void): void {
  describe(`${name}, on SQLite`, () => define(sqliteStores()));
  describePostgres(name, (_cluster, open) => define(open));
}

/** For behaviour that only many nodes, or a server that goes away, can show. */
export function describePostgres(
  name: string,
  define: (cluster: () => PostgresCluster, open: OpenStore) => void,
): void {
  const found = findPostgres();
  if ("reason" in found) {
    if (!isPostgresOptional) throw new Error(`STEADFAST_REQUIRE_POSTGRES=1, but ${found.reason}`);
    describe.skip(`${name}, on PostgreSQL (skipped: ${found.reason})`, () => {
      // Without a server there is nothing to open; the titles are still listed.
      define(absentCluster, sqliteStores());
    });
    return;
  }
  describe(`${name}, on PostgreSQL`, () => {
    beforeAll(async () => {
      shared ??= startPostgresCluster(found);
      users += 1;
      cluster = await shared;
    });
    afterAll(async () => {
      users -= 1;
      if (users > 0) return;
      const last = await shared;
      shared = undefined;
      cluster = undefined;
      await last?.remove();
    });
    define(runningCluster, postgresStores());
  });
}

/** One for all of a file's suites: starting takes a second or two. */
let shared: Promise<PostgresCluster> | undefined;
let cluster: PostgresCluster | undefined;
let users = 0;

function runningCluster(): PostgresCluster {
  if (!cluster) throw new Error("PostgreSQL runs inside tests only");
  return cluster;
}

function absentCluster(): PostgresCluster {
  throw new Error("PostgreSQL is not installed");
}

function sqliteStores(): OpenStore {
  const folders: string[] = [];
  const config = async (): Promise<DatabaseConfig> => {
    const folder = mkdtempSync(join(tmpdir(), "steadfast-sqlite-"));
    folders.push(folder);
    return { kind: "sqlite", dataDir: folder };
  };
  return stores("sqlite", config, () => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

function postgresStores(): OpenStore {
  const config = async (): Promise<DatabaseConfig> => ({
    kind: "postgres",
    url: await runningCluster().createDatabase(),
  });
  return stores("postgres", config, () => {});
}

function stores(kind: StoreKind, config: () => Promise<DatabaseConfig>, cleanUp: () => void): OpenStore {
  const opened: Database[] = [];
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    cleanUp();
  });
  const at = async (address: DatabaseConfig) => {
    const database = await openDatabase(address);
    opened.push(database);
    return database;
  };
  return Object.assign(async () => at(await config()), { kind, config, at });
}
