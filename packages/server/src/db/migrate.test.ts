import { spawn } from "node:child_process";
import { once } from "node:events";
import { sql } from "kysely";
import { expect, it } from "vitest";
import type { Database, DatabaseConfig } from "./database.ts";
import { MIGRATIONS, type MigrationNews, migrate, readMigrations } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { openPostgres } from "./postgres.ts";
import { describeOnEachStore, describePostgres } from "./test-databases.ts";

/** A node waits a second before it says that it does; PostgreSQL looks every two whether a client is still there. */
const PATIENTLY = { timeout: 60_000 };
const LIMITS = { statementTimeoutMs: 15_000, queryTimeoutMs: 20_000, longLockTimeoutMs: 60_000 };
const LATER = "9999-later";

const later = (up: Migration["up"]): readonly Migration[] => [...MIGRATIONS, { name: LATER, up }];

function addressOf(config: DatabaseConfig): string {
  if (config.kind !== "postgres") throw new Error("a store without an address");
  return config.url;
}

describeOnEachStore("an upgrade", (open) => {
  it("says which step it is at, but nothing where the store is new", async () => {
    const news: MigrationNews[] = [];
    const onNews = (each: MigrationNews) => void news.push(each);
    const database = await open();
    await migrate(database, { onNews });
    const newsOfNew = [...news];

    await migrate(database, { migrations: later(async () => {}), onNews });
    await migrate(database, { migrations: later(async () => {}), onNews });

    expect(newsOfNew).toEqual([]);
    expect(news).toEqual([
      { what: "begun", name: LATER },
      { what: "done", name: LATER, tookMs: expect.any(Number) },
    ]);
    expect(await readMigrations(database.db)).toContain(LATER);
  });

  it("keeps nothing of a step that fails, and can be tried again", async () => {
    const database = await open();
    const createTable: Migration["up"] = async (trx) => {
      await trx.schema.createTable("half").addColumn("id", "text").execute();
    };
    const failing = later(async (trx, kind) => {
      await createTable(trx, kind);
      throw new Error("no");
    });

    await expect(migrate(database, { migrations: failing })).rejects.toThrow("no");

    expect(await readMigrations(database.db)).not.toContain(LATER);
    await migrate(database, { migrations: later(createTable) });
  });
});

describePostgres("an upgrade", (_cluster, open) => {
  it("is not cut off by the limits that protect requests", async () => {
    const config = await open.config();
    const patient = await open.at(config);
    const hasty = openPostgres(addressOf(config), { ...LIMITS, statementTimeoutMs: 20, queryTimeoutMs: 40 });
    // What is asked before the upgrade is quick, yet not on every machine.
    const database: Database = { ...hasty, db: patient.db };
    const sleeping = sql`select pg_sleep(0.3)`;

    const asRequest = hasty.transaction(async (trx) => {
      await sleeping.execute(trx);
    });
    await expect(asRequest).rejects.toMatchObject({ code: "storage-unavailable" });
    await migrate(database, { migrations: later(async (trx) => void (await sleeping.execute(trx))) });

    expect(await readMigrations(patient.db)).toContain(LATER);
    await hasty.close();
  });

  it("gives up, and says why, where a table is held by somebody else for too long", async () => {
    const config = await open.config();
    const reader = await open.at(config);
    const node = openPostgres(addressOf(config), { ...LIMITS, longLockTimeoutMs: 50 });
    const migrations = later(async (trx) => {
      await trx.schema.alterTable("setting").addColumn("more", "text").execute();
    });

    await reader.readBeside(async (trx) => {
      await trx.selectFrom("setting").select("key").execute();
      await expect(migrate(node, { migrations })).rejects.toThrow(/waited too long .* Nothing was changed/);
    });
    await migrate(reader, { migrations });

    expect(await readMigrations(reader.db)).toContain(LATER);
    await node.close();
  });

  it("is made by one of the nodes that start at once; the other says that it waits", PATIENTLY, async () => {
    const config = await open.config();
    const [first, second] = [await open.at(config), await open.at(config)];
    const [begun, waited] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const made: string[] = [];
    const upgrade = (database: Database, node: string, news: (each: MigrationNews) => void) =>
      migrate(database, {
        migrations: later(async () => {
          made.push(node);
          begun.resolve();
          await waited.promise;
        }),
        onNews: news,
      });

    const upgrading = upgrade(first, "first", () => {});
    await begun.promise;
    const waiting = upgrade(second, "second", ({ what }) => what === "waiting" && waited.resolve());
    await Promise.all([upgrading, waiting]);

    expect(made).toEqual(["first"]);
  });

  it("goes on within seconds after kill -9 in the middle of a statement", PATIENTLY, async () => {
    const config = await open.config();
    const database = await open.at(config);
    const child = upgradeThatSleeps(config);
    const isAsleep = async () => {
      const { rows } = await sql`select 1 from pg_stat_activity where query like 'select pg_sleep(3600)%'`.execute(
        database.db,
      );
      return rows.length;
    };
    await expect.poll(isAsleep, { timeout: 30_000 }).toBe(1);
    child.kill("SIGKILL");
    await once(child, "exit");

    await migrate(database, {
      migrations: later(async (trx) => {
        await trx.schema.createTable("half").addColumn("id", "text").execute();
      }),
    });

    expect(await readMigrations(database.db)).toContain(LATER);
    expect(await isAsleep()).toBe(0);
  });
});

/** A process whose upgrade makes a table, and then would take an hour. */
function upgradeThatSleeps(config: DatabaseConfig) {
  const moduleAt = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const program = `
    import { sql } from "kysely";
    const { MIGRATIONS, migrate } = await import(${moduleAt("./migrate.ts")});
    const { openStore } = await import(${moduleAt("./open-database.ts")});
    await migrate(openStore(${JSON.stringify(config)}), {
      migrations: [...MIGRATIONS, { name: "${LATER}", up: async (trx) => {
        await trx.schema.createTable("half").addColumn("id", "text").execute();
        await sql\`select pg_sleep(3600)\`.execute(trx);
      } }],
    });`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    stdio: "inherit",
  });
}
