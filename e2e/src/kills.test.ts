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
import { type Acknowledged, killAgainAndAgain, readFlags, readRollouts } from "./kill-rounds.ts";
import { type ServerOptions, startServer } from "./server-process.ts";

/** 200 in all. Two at a time: a start takes most of a second of one core. */
const KILLS_PER_STORE = 100;
const LANES = 2;

const postgres = findPostgres();
const folders: string[] = [];
let cluster: PostgresCluster | undefined;

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  await cluster?.remove();
});

/** Node keeps what it compiled there: a start is a third shorter. */
async function withCompileCache(options: ServerOptions): Promise<ServerOptions> {
  return { ...options, env: { NODE_COMPILE_CACHE: await newFolder() } };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-kills-"));
  folders.push(folder);
  return folder;
}

describe(`a server that is killed with SIGKILL ${KILLS_PER_STORE} times under writes`, () => {
  it("loses nothing that it acknowledged and leaves no half of a write, on SQLite", async () => {
    const lanes = await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        const options = await withCompileCache({ dataDir: await newFolder() });
        return { options, told: await killAgainAndAgain(`lane-${lane}`, KILLS_PER_STORE / LANES, options) };
      }),
    );

    for (const { options, told } of lanes) {
      await expectWhole(options, [told]);
      await expectProjectionsAsRebuilt({ kind: "sqlite", dataDir: options.dataDir ?? "" });
    }
  });

  it.skipIf("reason" in postgres && isPostgresOptional)(
    "loses nothing that it acknowledged and leaves no half of a write, on PostgreSQL beside another node that is killed too",
    async () => {
      if ("reason" in postgres) throw new Error(postgres.reason);
      cluster = await startPostgresCluster(postgres);
      const url = await cluster.createDatabase();
      const options = await withCompileCache({ databaseUrl: url });

      const told = await Promise.all(
        Array.from({ length: LANES }, (_, lane) => killAgainAndAgain(`lane-${lane}`, KILLS_PER_STORE / LANES, options)),
      );

      await expectWhole(options, told);
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
  await server.stop();

  const sum = (count: (told: Acknowledged) => number) => lanes.reduce((total, told) => total + count(told), 0);
  console.info(
    `${sum(({ kills }) => kills)} kills: ${sum(({ writes }) => writes)} acknowledged writes, ${events.length} events, ` +
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
