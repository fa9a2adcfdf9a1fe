import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DatabaseConfig } from "../../packages/server/src/db/database.ts";
import { openDatabase } from "../../packages/server/src/db/open-database.ts";
import {
  findPostgres,
  isPostgresOptional,
  type PostgresCluster,
  startPostgresCluster,
} from "../../packages/server/src/db/postgres-cluster.fixture.ts";
import { newId } from "../../packages/server/src/http/ids.ts";
import { createJournal } from "../../packages/server/src/journal/journal.ts";
import { PROJECTORS } from "../../packages/server/src/projectors.ts";
import { type Api, type JournalEvent, readJournal } from "./api.ts";
import { sendBatch, toldInJournal } from "./fact-batches.ts";
import { type Acknowledged, killAgainAndAgain, readFlags, readRollouts } from "./kill-rounds.ts";
import { type ServerOptions, startServer } from "./server-process.ts";

/** 200 kills of a server in all. Five die with one process, each amid its own writes: a start is a second of one core. */
const SERVERS = 5;
const ROUNDS = 20;
const KILLS_PER_STORE = SERVERS * ROUNDS;
/** Half a minute where nothing else runs. */
const TIMEOUT_MS = 900_000;

const postgres = findPostgres();
const folders: string[] = [];
let cluster: PostgresCluster | undefined;

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  await cluster?.remove();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-kills-"));
  folders.push(folder);
  return folder;
}

describe(`servers that are killed with SIGKILL ${KILLS_PER_STORE} times under writes`, () => {
  it("lose nothing that they acknowledged and leave no half of a write, on SQLite", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const dataDirs = await Promise.all(Array.from({ length: SERVERS }, newFolder));

    const told = await killAgainAndAgain(ROUNDS, dataDirs, { NODE_COMPILE_CACHE: await newFolder() });

    for (const [index, dataDir] of dataDirs.entries()) {
      await expectWhole({ dataDir }, told.slice(index, index + 1));
      await expectProjectionsAsRebuilt({ kind: "sqlite", dataDir });
    }
  });

  it.skipIf("reason" in postgres && isPostgresOptional)(
    "lose nothing that they acknowledged and leave no half of a write, on PostgreSQL that others write to as well",
    { timeout: TIMEOUT_MS },
    async () => {
      if ("reason" in postgres) throw new Error(postgres.reason);
      cluster = await startPostgresCluster(postgres);
      const url = await cluster.createDatabase();
      const names = Array.from({ length: SERVERS }, (_, index) => `unused-${index}`);
      const env = { NODE_COMPILE_CACHE: await newFolder(), DATABASE_URL: url };

      const told = await killAgainAndAgain(ROUNDS, names, env);

      await expectWhole({ databaseUrl: url }, told);
      await expectProjectionsAsRebuilt({ kind: "postgres", url });
    },
  );
});

/** Reads everything back from a server that is started once more. */
async function expectWhole(options: ServerOptions, lanes: readonly Acknowledged[]): Promise<void> {
  const server = await startServer(options);
  const [flags, events] = [await readFlags(server.api), await readJournal(server.api)];

  const lost = lanes.flatMap((told) =>
    [...told.flags].filter(([key, version]) => (flags.get(key)?.environments.production?.version ?? 0) < version),
  );
  expect(lost).toEqual([]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(gapsInStreams(events)).toEqual([]);
  for (const { tokens } of lanes) expect(await refusedOf(server.api, tokens)).toEqual([]);
  await expectRolloutsOnce(server.api, lanes);
  await expectFactsOnce(server.api, lanes);
  await server.stop();

  const sum = (count: (told: Acknowledged) => number) => lanes.reduce((total, told) => total + count(told), 0);
  console.info(
    `${sum(({ kills }) => kills)} kills: ${sum(({ writes }) => writes)} acknowledged writes, ${sum(({ batches }) => batches.length)} of them batches of facts, ${events.length} events, ` +
      `${sum(({ unanswered }) => unanswered.length)} requests without an answer; none lost, none half, none twice`,
  );
}

/** Who was not answered asks again, as a client does: whatever it is told, the rollout is there once at most. */
async function expectRolloutsOnce(api: Api, lanes: readonly Acknowledged[]): Promise<void> {
  for (const { key, body } of lanes.flatMap(({ unanswered }) => unanswered))
    await api.request("POST", "/api/v1/rollouts", body, { "idempotency-key": key });

  const rollouts = await readRollouts(api);

  const names = rollouts.map(({ flag, reason }) => `${flag}-${reason}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  const known = new Map(rollouts.map(({ id, flag, reason }) => [`${flag}-${reason}`, id]));
  const lost = lanes.flatMap((told) => [...told.rollouts].filter(([key, id]) => known.get(key) !== id));
  expect(lost).toEqual([]);
}

/** What was acknowledged is there; what was not is there whole or not at all, and sending it again makes it whole. Nothing is there twice. */
async function expectFactsOnce(api: Api, lanes: readonly Acknowledged[]): Promise<void> {
  const before = toldInJournal(await readJournal(api));
  const acknowledged = lanes.flatMap(({ batches }) => batches);
  const unanswered = lanes.flatMap(({ unansweredBatches }) => unansweredBatches);
  expect(acknowledged.flatMap(({ ids }) => ids.filter((id) => before.get(id) !== 1))).toEqual([]);

  for (const batch of unanswered) {
    const { told, duplicates } = await sendBatch(api, batch);
    const known = batch.ids.filter((id) => before.has(id)).length;
    expect([0, batch.ids.length]).toContain(known);
    expect({ told, duplicates }).toEqual({ told: batch.ids.length - known, duplicates: known });
  }

  const after = toldInJournal(await readJournal(api));
  expect(after.size).toBe([...acknowledged, ...unanswered].reduce((sum, { ids }) => sum + ids.length, 0));
  expect([...after].filter(([, times]) => times !== 1)).toEqual([]);
}

async function refusedOf(api: Api, tokens: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const token of tokens) {
    const { status } = await api.as(token).request("GET", "/api/v1/me");
    if (status !== 200) refused.push(token);
  }
  return refused;
}

/** Events that do not follow the one before them in their stream. */
function gapsInStreams(events: readonly JournalEvent[]): JournalEvent[] {
  const lastVersion = new Map<string, number>();
  return events.filter(({ stream, version }) => {
    const expected = (lastVersion.get(stream) ?? 0) + 1;
    lastVersion.set(stream, version);
    return version !== expected;
  });
}

/** What stands in the tables is what the journal alone makes of them. */
async function expectProjectionsAsRebuilt(config: DatabaseConfig): Promise<void> {
  const database = await openDatabase(config);
  const journal = await createJournal({ database, projectors: PROJECTORS, nowMs: Date.now, newId });
  const tables = PROJECTORS.flatMap((projector) => projector.tables);
  const read = async () => {
    const rows = await Promise.all(tables.map((table) => database.db.selectFrom(table).selectAll().execute()));
    return rows.map((ofTable) => ofTable.map((row) => JSON.stringify(row)).sort());
  };

  const before = await read();
  await journal.rebuild();
  const after = await read();
  await journal.close();
  await database.close();

  expect(before).toEqual(after);
}
