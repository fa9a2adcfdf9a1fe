import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import { expect, it } from "vitest";
import type { DatabaseConfig } from "./db/database.ts";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

/** Ticks that the rollout in flight had been judged when the old version stopped. */
const TICKS_BEFORE = 5;
const EVENTS_BEFORE_MIN = 20;

/** Before which of the statements that change the tables the server dies; there are more. */
const DEATHS = [1, 4, 9];

const writtenBy = (file: string) => gunzipSync(readFileSync(new URL(`./db/written-by/${file}.gz`, import.meta.url)));

/** What the version whose newest migration was 0001 has left behind. */
async function leaveOldData(config: DatabaseConfig): Promise<void> {
  if (config.kind === "sqlite") {
    mkdirSync(config.dataDir, { recursive: true });
    writeFileSync(join(config.dataDir, "steadfast.sqlite"), writtenBy("0001.sqlite"));
    return;
  }
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  await client.query(writtenBy("0001.postgres.sql").toString());
  await client.end();
}

async function expectAllThere(config: DatabaseConfig): Promise<void> {
  const { ask, node } = await openTestNode(config);
  const read = async (url: string) => (await ask("GET", url)).body;
  const one = async (path: string) => (await read(path)).items;

  const flags = await one("/api/v1/flags");
  expect(flags.map(({ key }: { key: string }) => key)).toEqual(["ended", "judged", "plain"]);
  const versions = await one("/api/v1/environments/production/flags/plain/versions");
  expect(versions.map(({ reason }: { reason: string }) => reason)).toEqual(["back", "ä – 🚦", null]);
  const environments = await one("/api/v1/environments");
  expect(environments.map(({ key }: { key: string }) => key).sort()).toEqual(["production", "qa", "staging"]);
  const tokens = await one("/api/v1/tokens");
  expect(tokens.map(({ name }: { name: string }) => name).sort()).toEqual(["first admin", "gone", "shop"]);
  const rollouts = await one("/api/v1/rollouts");
  const states = rollouts.map(({ flag, state }: { flag: string; state: string }) => `${flag} ${state}`);
  expect(states.sort()).toEqual(["ended rolled-back", "judged running", "plain queued"]);
  const events = (await read("/api/v1/events?limit=500")).items;
  expect(events.length).toBeGreaterThanOrEqual(EVENTS_BEFORE_MIN);

  const judged = rollouts.find(({ flag }: { flag: string }) => flag === "judged");
  const tick = async () => (await read(`/api/v1/rollouts/${judged.id}`)).decision.tick;
  await expect.poll(tick, { timeout: 60_000 }).toBeGreaterThan(TICKS_BEFORE);
  const record = await read(`/api/v1/rollouts/${judged.id}/record?limit=1000`);
  expect(record.ticks.map((each: { tick: number }) => each.tick)).toEqual(
    record.ticks.map((_: unknown, index: number) => index + 1),
  );
  expect((await node.rebuild()).events).toBeGreaterThanOrEqual(events.length);
  expect((await one("/api/v1/flags")).length).toBe(flags.length);
  expect((await ask("POST", "/api/v1/flags", { key: "new" })).status).toBe(201);
  await node.close();
}

/** Opens the store with the newest code, and dies by SIGKILL before the statement of that number which changes tables. */
async function dieMigrating(config: DatabaseConfig, statement: number): Promise<void> {
  const program = `
    import { DatabaseSync } from "node:sqlite";
    import pg from "pg";
    let left = ${statement};
    const before = (text) => {
      if (!/^(create (table|index|unique)|alter|insert into "schema_migration")/.test(text)) return;
      if (text.includes("if not exists")) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, "SIGKILL");
    };
    const prepare = DatabaseSync.prototype.prepare;
    DatabaseSync.prototype.prepare = function (text) {
      const prepared = prepare.call(this, text);
      const run = prepared.run.bind(prepared);
      prepared.run = (...values) => (before(text), run(...values));
      return prepared;
    };
    const query = pg.Client.prototype.query;
    pg.Client.prototype.query = function (text, ...rest) {
      if (typeof text === "string") before(text);
      return query.call(this, text, ...rest);
    };
    const { openDatabase } = await import(${JSON.stringify(new URL("./db/open-database.ts", import.meta.url).href)});
    await openDatabase(${JSON.stringify(config)});
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    stdio: "inherit",
  });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
}

describeOnEachStore("data of an older version", (open) => {
  it("is brought up to date by the start, and everything is there", async () => {
    const config = await open.config();
    await leaveOldData(config);

    await expectAllThere(config);
  });

  it("is as it was when the server dies by SIGKILL while it is brought up to date", async () => {
    const config = await open.config();
    await leaveOldData(config);

    for (const statement of DEATHS) await dieMigrating(config, statement);

    await expectAllThere(config);
  });
});
