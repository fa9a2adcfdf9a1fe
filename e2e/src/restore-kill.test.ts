import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatabaseConfig } from "../../packages/server/src/db/database.ts";
import { openDatabase, openStore } from "../../packages/server/src/db/open-database.ts";
import {
  findPostgres,
  isPostgresOptional,
  type PostgresCluster,
  startPostgresCluster,
} from "../../packages/server/src/db/postgres-cluster.fixture.ts";
import { refuseUnfinishedRestore, UnfinishedRestoreError } from "../../packages/server/src/db/restore-mark.ts";
import { databasePath } from "../../packages/server/src/db/sqlite.ts";
import { newId } from "../../packages/server/src/http/ids.ts";
import { createJournal } from "../../packages/server/src/journal/journal.ts";
import { PROJECTORS } from "../../packages/server/src/projectors.ts";
import { startScript } from "./child-process.ts";
import { runCli } from "./cli-process.ts";
import { launchServer, SERVER_MAIN, startServer } from "./server-process.ts";

/** A restore of so many takes longer than it takes to see that it has begun. */
const FLAGS = 4_000;
const FLAGS_PER_APPEND = 500;
/** A restore that ended before it was killed says nothing: then it is done again. */
const ATTEMPTS_MAX = 10;
const TIMEOUT_MS = 600_000;
const LOOK_AGAIN_MS = 2;

const postgres = findPostgres();
let folder: string;
let file: string;
let cluster: PostgresCluster | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-restore-"));
  file = join(folder, "steadfast.backup");
  const source = join(folder, "source");
  await writeFlags({ kind: "sqlite", dataDir: source });
  const { code, log } = await runCli(["backup", file, "--offline", "--data-dir", source]);
  if (code !== 0) throw new Error(log);
}, TIMEOUT_MS);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster?.remove();
});

describe("a restore that is killed with SIGKILL in the middle", () => {
  it("is not served, on SQLite: the server says why, and the restore is done again", {
    timeout: TIMEOUT_MS,
  }, async () => {
    let attempts = 0;
    await expectDoneAgain(async () => {
      attempts += 1;
      return { kind: "sqlite", dataDir: join(folder, `restored-${attempts}`) };
    });
  });

  it.skipIf("reason" in postgres && isPostgresOptional)(
    "is not served, on PostgreSQL: the server says why, and the restore is done again",
    { timeout: TIMEOUT_MS },
    async () => {
      if ("reason" in postgres) throw new Error(postgres.reason);
      const running = await startPostgresCluster(postgres);
      cluster = running;
      await expectDoneAgain(async () => ({ kind: "postgres", url: await running.createDatabase() }));
    },
  );
});

async function expectDoneAgain(newStore: () => Promise<DatabaseConfig>): Promise<void> {
  const store = await cutOffRestore(newStore);
  const { env, dataDir } = toOptions(store);

  const refused = launchServer({ dataDir, env });
  const exit = await refused.exited;
  const backup = await runCli(["backup", join(folder, "never.backup"), "--offline", "--data-dir", dataDir], { env });
  const again = await runCli(["restore", file, "--data-dir", dataDir], { env });
  const server = await startServer({ dataDir, env });
  const { items } = await server.api.get<{ items: unknown[] }>("/api/v1/flags?limit=100");
  const last = await server.api.request("GET", `/api/v1/flags/${flagKey(FLAGS - 1)}`);
  await server.stop();

  expect(exit.code).toBeGreaterThan(0);
  expect(refused.log()).toMatch(/restore .* was cut off.*steadfast restore again/);
  expect(backup).toMatchObject({ code: 1, log: expect.stringContaining("was cut off") });
  expect(again).toMatchObject({ code: 0, log: expect.stringContaining("Restored") });
  expect(items).toHaveLength(100);
  expect(last.status).toBe(200);
}

/** @returns a store whose restore was killed when it had begun and had not ended */
async function cutOffRestore(newStore: () => Promise<DatabaseConfig>): Promise<DatabaseConfig> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const store = await newStore();
    const { env, dataDir } = toOptions(store);
    const child = startScript(SERVER_MAIN, ["restore", file, "--data-dir", dataDir], { env });
    const watching = new AbortController();
    void child.exited.then(() => watching.abort());
    await untilBegun(store, watching.signal);
    await child.kill("SIGKILL");
    if (await isUnfinished(store)) return store;
  }
  throw new Error(`a restore of ${FLAGS} flags was over before it could be killed, ${ATTEMPTS_MAX} times`);
}

async function untilBegun(store: DatabaseConfig, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isUnfinished(store))) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Read beside whoever has the store. */
async function isUnfinished(store: DatabaseConfig): Promise<boolean> {
  if (store.kind === "sqlite") return hasMark(databasePath(store.dataDir));
  const database = openStore(store);
  try {
    return await refuseUnfinishedRestore(database).then(
      () => false,
      (error: unknown) => error instanceof UnfinishedRestoreError,
    );
  } finally {
    await database.close();
  }
}

/** `false` while there is no file yet. */
function hasMark(path: string): boolean {
  if (!existsSync(path)) return false;
  const reader = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
  try {
    return reader.prepare("select 1 from sqlite_schema where name = 'restore_under_way'").get() !== undefined;
  } finally {
    reader.close();
  }
}

function toOptions(store: DatabaseConfig) {
  if (store.kind === "sqlite") return { dataDir: store.dataDir, env: {} };
  return { dataDir: join(folder, "unused"), env: { DATABASE_URL: store.url } };
}

/** As the API writes them, but many at once. */
async function writeFlags(store: DatabaseConfig): Promise<void> {
  const database = await openDatabase(store);
  const journal = await createJournal({ database, projectors: PROJECTORS, nowMs: Date.now, newId });
  const provenance = { actor: { kind: "system", id: "test", name: "a journey" }, reason: null } as const;
  for (let start = 0; start < FLAGS; start += FLAGS_PER_APPEND) {
    const appends = Array.from({ length: FLAGS_PER_APPEND }, (_, index) => {
      const key = flagKey(start + index);
      const registered = { type: "flag.registered", data: { key, description: "", owner: "", service: "" } };
      return { stream: `flag/${key}`, expectedVersion: 0, events: [registered] };
    });
    await journal.append(appends, provenance);
  }
  await journal.close();
  await database.close();
}

function flagKey(index: number): string {
  return `flag-${index}`;
}
