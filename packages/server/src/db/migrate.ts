import { type Kysely, sql, type Transaction } from "kysely";
import type { Database, StoreKind } from "./database.ts";
import type { Migration } from "./migration.ts";
import { foundation } from "./migrations/0001-foundation.ts";
import { rolloutReadings } from "./migrations/0002-rollout-readings.ts";
import { journalFilters } from "./migrations/0003-journal-filters.ts";
import { delivery } from "./migrations/0004-delivery.ts";
import { deliveryScopes } from "./migrations/0005-delivery-scopes.ts";
import { deliveryNews } from "./migrations/0006-delivery-news.ts";
import { isLockTimeout } from "./postgres-errors.ts";
import type { Tables } from "./tables.ts";

type MigrationTables = Tables & { schema_migration: { name: string; applied_at_ms: number } };

export const MIGRATIONS: readonly Migration[] = [
  foundation,
  rolloutReadings,
  journalFilters,
  delivery,
  deliveryScopes,
  deliveryNews,
];

/** What a person who waits for a start wants to know. */
export type MigrationNews =
  /** Another node is at it; said again while that takes long. */
  | { readonly what: "waiting"; readonly sinceMs: number }
  | { readonly what: "begun"; readonly name: string }
  | { readonly what: "under-way"; readonly name: string; readonly sinceMs: number }
  | { readonly what: "done"; readonly name: string; readonly tookMs: number };

type MigrateOptions = {
  readonly migrations?: readonly Migration[];
  /** The last one to run; absent: all. */
  readonly upTo?: string | undefined;
  readonly onNews?: (news: MigrationNews) => void;
};

/** Runs the migrations that are missing, in one transaction, however long they take. Of nodes that start at once one does, and the others wait. */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<void> {
  const { migrations = MIGRATIONS } = options;
  await createMigrationTable(database);
  const done = new Set(await readMigrations(database.db));
  refuseUnknown(done, migrations);
  if (migrations.every(({ name }) => done.has(name))) return;
  try {
    await database.longTransaction((trx) => migrateIn(trx, database.kind, options));
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new Error(
      "A migration waited too long for a table that something else holds, such as a backup that reads it, and gave up. Nothing was changed: wait for that or end it, and start again.",
      { cause: error },
    );
  }
}

/** As `migrate`, in the caller's `longTransaction`. The table of migrations must exist (`createMigrationTable`). */
export async function migrateIn(
  trx: Transaction<Tables>,
  kind: StoreKind,
  options: MigrateOptions = {},
): Promise<void> {
  const { migrations = MIGRATIONS, upTo, onNews } = options;
  await sayMeanwhile(
    (sinceMs) => onNews?.({ what: "waiting", sinceMs }),
    () => waitForOthers(trx, kind),
  );
  const tables: Kysely<MigrationTables> = trx.withTables<{ schema_migration: MigrationTables["schema_migration"] }>();
  const done = new Set(await readMigrations(trx));
  refuseUnknown(done, migrations);
  // The tables of an empty store are made in no time: nobody waits for news of that.
  const tell = done.size === 0 ? undefined : onNews;
  for (const { name, up } of migrations) {
    if (!done.has(name)) {
      tell?.({ what: "begun", name });
      const tookMs = await sayMeanwhile(
        (sinceMs) => tell?.({ what: "under-way", name, sinceMs }),
        () => up(trx, kind),
      );
      await tables.insertInto("schema_migration").values({ name, applied_at_ms: Date.now() }).execute();
      tell?.({ what: "done", name, tookMs });
    }
    if (name === upTo) return;
  }
}

/** Until whoever migrates has ended, however long that takes: PostgreSQL lets go of what a dead node held. */
async function waitForOthers(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  if (kind === "sqlite") return;
  const { rows } = await sql<{ was: string }>`select current_setting('lock_timeout') as was`.execute(trx);
  await sql`set local lock_timeout = 0`.execute(trx);
  await sql`lock table schema_migration in exclusive mode`.execute(trx);
  await sql`select set_config('lock_timeout', ${rows[0]?.was ?? "0"}, true)`.execute(trx);
}

const SAID_FIRST_MS = 1_000;
const SAID_EVERY_MS = 30_000;

/** @returns how long it took */
async function sayMeanwhile(say: (sinceMs: number) => void, run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  const sinceMs = () => Math.round(performance.now() - startedMs);
  const first = setTimeout(() => say(sinceMs()), SAID_FIRST_MS);
  const again = setInterval(() => say(sinceMs()), SAID_EVERY_MS);
  try {
    await run();
    return sinceMs();
  } finally {
    clearTimeout(first);
    clearInterval(again);
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

function refuseUnknown(done: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const unknown = findUnknown([...done], migrations);
  if (unknown.length === 0) return;
  throw new Error(
    `The store was written by a newer Steadfast (it has ${unknown.join(", ")}). Run that version or a newer one; going back is not possible.`,
  );
}

function findUnknown(names: readonly string[], migrations: readonly Migration[] = MIGRATIONS): string[] {
  const known = new Set(migrations.map(({ name }) => name));
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
