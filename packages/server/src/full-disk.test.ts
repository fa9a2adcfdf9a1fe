import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import type { DatabaseConfig } from "./db/database.ts";
import { openDatabase } from "./db/open-database.ts";
import { mountSmallDisk, type SmallDisk } from "./db/small-disk.fixture.ts";
import { describePostgres } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const DISK_MEGABYTES = 48;
const WRITES_MAX = 20_000;

const probe = mountSmallDisk(1);
probe?.remove();
/** A container that may not mount has no disk to fill; what SQLite says of itself is tested there all the same. */
const canMount = probe !== undefined;

const after: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of after.splice(0).reverse()) await clean();
});

function smallDisk(): SmallDisk {
  const disk = mountSmallDisk(DISK_MEGABYTES);
  if (!disk) throw new Error("this test needs a disk of its own");
  after.push(disk.remove);
  return disk;
}

/** Writes until the disk is full, makes room, and looks for what was acknowledged. */
async function expectToSurvive(config: DatabaseConfig, disk: SmallDisk): Promise<void> {
  const { ask, node } = await openTestNode(config);
  after.push(() => node.close());
  await ask("POST", "/api/v1/flags", { key: "first" });
  const evaluate = async () =>
    (await ask("POST", "/ofrep/v1/evaluate/flags/first", { context: { targetingKey: "u" } })).status;
  await expect.poll(evaluate).toBe(200);
  const acknowledged = ["first"];
  disk.fill();

  let refused: Awaited<ReturnType<typeof ask>> | undefined;
  for (let count = 0; !refused && count < WRITES_MAX; count += 1) {
    const key = `f-${count}`;
    const answer = await ask("POST", "/api/v1/flags", { key, description: "x".repeat(500) });
    if (answer.status === 201) acknowledged.push(key);
    else refused = answer;
  }
  const whileFull = [await evaluate(), (await ask("GET", "/healthz")).status];
  disk.makeRoom();

  expect(refused).toMatchObject({ status: 507, body: { code: "storage-full" } });
  expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  expect(whileFull).toEqual([200, 200]);
  await expect.poll(async () => (await ask("POST", "/api/v1/flags", { key: "last" })).status).toBe(201);
  for (const key of [...acknowledged, "last"]) expect((await ask("GET", `/api/v1/flags/${key}`)).status, key).toBe(200);
  const { events } = await node.rebuild();
  expect(events).toBeGreaterThan(acknowledged.length);
}

describe.skipIf(!canMount)("a disk that is full", () => {
  it("refuses writes with 507 and goes on evaluating, and all is well when there is room again, on SQLite", async () => {
    const disk = smallDisk();
    const config: DatabaseConfig = { kind: "sqlite", dataDir: join(disk.folder, "data") };

    await expectToSurvive(config, disk);
  });
});

describePostgres("a disk that is full", (_cluster, open) => {
  it.skipIf(!canMount)(
    "refuses writes with 507 and goes on evaluating, and all is well when there is room again",
    async () => {
      const disk = smallDisk();
      const location = join(disk.folder, "tables");
      const url = await openOnDisk(await open.config(), location);

      await expectToSurvive({ kind: "postgres", url }, disk);
    },
  );
});

describe("SQLite without room", () => {
  it("says storage-full, keeps what it has, and goes on when there is room", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "steadfast-full-"));
    after.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const { db, transaction, close } = await openDatabase({ kind: "sqlite", dataDir });
    after.push(close);
    const write = (key: string) =>
      transaction(async (trx) => {
        await trx
          .insertInto("setting")
          .values({ key, value: "x".repeat(10_000) })
          .execute();
      });
    await write("before");
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 5)}`.execute(db);

    const writing = (async () => {
      for (let count = 0; count < 100; count += 1) await write(`f-${count}`);
    })();

    await expect(writing).rejects.toMatchObject({ code: "storage-full", retryAfterSeconds: expect.any(Number) });
    expect(await db.selectFrom("setting").select("key").where("key", "=", "before").execute()).toHaveLength(1);
    await sql`pragma max_page_count = 1000000`.execute(db);
    await write("after");
    expect((await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)).rows).toEqual([
      { integrity_check: "ok" },
    ]);
  });
});

/** A database whose tables lie on that disk; PostgreSQL's log lies elsewhere, or its loss would end the server. */
async function openOnDisk(config: DatabaseConfig, location: string): Promise<string> {
  if (config.kind !== "postgres") throw new Error("only PostgreSQL has tablespaces");
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  const { rows } = await client.query("show data_directory");
  const { uid } = statSync(String(rows[0]?.data_directory));
  mkdirSync(location, { mode: 0o700 });
  chownSync(location, uid, -1);
  await client.query(`create tablespace small location '${location}'`);
  await client.query("create database on_small tablespace small");
  await client.end();
  after.push(async () => {
    const cleaner = new pg.Client({ connectionString: config.url });
    await cleaner.connect();
    await cleaner.query("drop database on_small with (force)");
    await cleaner.query("drop tablespace small");
    await cleaner.end();
  });
  return config.url.replace(/\/test_\d+/, "/on_small");
}
