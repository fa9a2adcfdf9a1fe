import { type Kysely, sql } from "kysely";
import type { Database } from "./database.ts";
import type { Migration } from "./migration.ts";
import { foundation } from "./migrations/0001-foundation.ts";
import { rolloutReadings } from "./migrations/0002-rollout-readings.ts";
import { journalFilters } from "./migrations/0003-journal-filters.ts";
import type { Tables } from "./tables.ts";

type MigrationTables = Tables & { schema_migration: { name: string; applied_at_ms: number } };

const MIGRATIONS: readonly Migration[] = [foundation, rolloutReadings, journalFilters];

/** Runs the migrations that are missing, in one transaction. Nodes that start at once wait for each other. */
export async function migrate(database: Database): Promise<void> {
  await createMigrationTable(database);
  await database.transaction(async (trx) => {
    if (database.kind === "postgres") await sql`lock table schema_migration in exclusive mode`.execute(trx);
    const tables: Kysely<MigrationTables> = trx.withTables<{ schema_migration: MigrationTables["schema_migration"] }>();
    const done = new Set(
      (await tables.selectFrom("schema_migration").select("name").execute()).map(({ name }) => name),
    );
    refuseUnknown(done);
    for (const migration of MIGRATIONS) {
      if (done.has(migration.name)) continue;
      await migration.up(trx, database.kind);
      await tables.insertInto("schema_migration").values({ name: migration.name, applied_at_ms: Date.now() }).execute();
    }
  });
}

function refuseUnknown(done: ReadonlySet<string>): void {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The store was written by a newer Steadfast (it has ${unknown.join(", ")}). Run that version or a newer one; going back is not possible.`,
  );
}

const CREATE_ATTEMPTS_MAX = 3;

/** unique_violation, duplicate_table, duplicate_object (a table brings a type of its name). */
const CREATED_MEANWHILE: ReadonlySet<unknown> = new Set(["23505", "42P07", "42710"]);

/** `if not exists` is not safe against a neighbour in PostgreSQL: the loser gets one of several errors, and looks again. */
async function createMigrationTable(database: Database): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.db.schema
        .createTable("schema_migration")
        .ifNotExists()
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("applied_at_ms", "bigint", (column) => column.notNull())
        .execute();
      return;
    } catch (error) {
      const isRace = error instanceof Error && "code" in error && CREATED_MEANWHILE.has(error.code);
      if (!isRace || attempt === CREATE_ATTEMPTS_MAX) throw error;
    }
  }
}
