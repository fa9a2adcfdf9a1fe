import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, StoreKind } from "./database.ts";
import type { Migration } from "./migration.ts";
import { foundation } from "./migrations/0001-foundation.ts";
import { rolloutReadings } from "./migrations/0002-rollout-readings.ts";
import { journalFilters } from "./migrations/0003-journal-filters.ts";
import { delivery } from "./migrations/0004-delivery.ts";
import { deliveryScopes } from "./migrations/0005-delivery-scopes.ts";
import { deliveryNews } from "./migrations/0006-delivery-news.ts";
import type { Tables } from "./tables.ts";

type MigrationTables = Tables & { schema_migration: { name: string; applied_at_ms: number } };

const MIGRATIONS: readonly Migration[] = [
  foundation,
  rolloutReadings,
  journalFilters,
  delivery,
  deliveryScopes,
  deliveryNews,
];

/** Runs the migrations that are missing, in one transaction. Nodes that start at once wait for each other. */
export async function migrate(database: Database): Promise<void> {
  await createMigrationTable(database);
  await database.transaction((trx) => migrateIn(trx, database.kind));
}

/**
 * As `migrate`, in the caller's transaction. The table of migrations must exist (`createMigrationTable`).
 *
 * @param upTo the last one to run; absent: all
 */
export async function migrateIn(trx: Transaction<Tables>, kind: StoreKind, upTo?: string): Promise<void> {
  if (kind === "postgres") await sql`lock table schema_migration in exclusive mode`.execute(trx);
  const tables: Kysely<MigrationTables> = trx.withTables<{ schema_migration: MigrationTables["schema_migration"] }>();
  const done = new Set(await readMigrations(trx));
  refuseUnknown(done);
  for (const migration of MIGRATIONS) {
    if (!done.has(migration.name)) {
      await migration.up(trx, kind);
      await tables.insertInto("schema_migration").values({ name: migration.name, applied_at_ms: Date.now() }).execute();
    }
    if (migration.name === upTo) return;
  }
}

/** The names of the migrations that made a store what it is, in their order. */
export async function readMigrations(db: Kysely<Tables>): Promise<string[]> {
  const tables: Kysely<MigrationTables> = db.withTables<{ schema_migration: MigrationTables["schema_migration"] }>();
  const rows = await tables.selectFrom("schema_migration").select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
}

/** Whether this version can read what these migrations made. */
export function areMigrationsKnown(names: readonly string[]): boolean {
  return findUnknown(names).length === 0;
}

/** Whether this version would neither miss nor add a table. */
export function areMigrationsComplete(names: readonly string[]): boolean {
  return areMigrationsKnown(names) && MIGRATIONS.every(({ name }) => names.includes(name));
}

function refuseUnknown(done: ReadonlySet<string>): void {
  const unknown = findUnknown([...done]);
  if (unknown.length === 0) return;
  throw new Error(
    `The store was written by a newer Steadfast (it has ${unknown.join(", ")}). Run that version or a newer one; going back is not possible.`,
  );
}

function findUnknown(names: readonly string[]): string[] {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  return names.filter((name) => !known.has(name));
}

const CREATE_ATTEMPTS_MAX = 3;

/** unique_violation, duplicate_table, duplicate_object (a table brings a type of its name). */
const CREATED_MEANWHILE: ReadonlySet<unknown> = new Set(["23505", "42P07", "42710"]);

/** `if not exists` is not safe against a neighbour in PostgreSQL: the loser gets one of several errors, and looks again. */
export async function createMigrationTable(database: Database): Promise<void> {
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
