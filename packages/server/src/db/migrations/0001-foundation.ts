import { type CreateTableBuilder, sql, type Transaction } from "kysely";
import type { StoreKind } from "../database.ts";
import type { Migration } from "../migration.ts";
import type { Tables } from "../tables.ts";

/** The tables of `db/tables.ts`. Projections have no foreign keys: a rebuild empties them in any order. */
export const foundation: Migration = {
  name: "0001-foundation",
  async up(trx, kind) {
    await createJournal(trx, kind);
    await createAccess(trx, kind);
    await createFlags(trx, kind);
    await createRollouts(trx, kind);
    await createTelemetry(trx, kind);
    await createOperations(trx, kind);
  },
};

type Columns = Readonly<Record<string, "text" | "text?" | "bigint" | "bigint?" | "double">>;

/** Text compares by bytes on both engines, so that pages and prefixes are the same everywhere. */
const textType = (kind: StoreKind) => (kind === "postgres" ? sql`text collate "C"` : sql`text`);

/** "double precision" has SQLite's real affinity too: doubles come back bit for bit. */
function columnType(kind: StoreKind, type: Columns[string]) {
  if (type === "double") return sql`double precision`;
  return type?.startsWith("text") ? textType(kind) : sql`bigint`;
}

function table(trx: Transaction<Tables>, kind: StoreKind, name: keyof Tables, columns: Columns) {
  let builder: CreateTableBuilder<string, string> = trx.schema.createTable(name);
  for (const [column, type] of Object.entries(columns)) {
    const isNullable = type.endsWith("?");
    const dataType = columnType(kind, type);
    builder = builder.addColumn(column, dataType, (definition) => (isNullable ? definition : definition.notNull()));
  }
  return {
    key: (...keys: string[]) => {
      const [first = "", ...rest] = keys;
      return builder.addPrimaryKeyConstraint(`${name}_pk`, [first, ...rest]).execute();
    },
  };
}

async function index(trx: Transaction<Tables>, on: keyof Tables, columns: string[], isUnique = false): Promise<void> {
  const builder = trx.schema
    .createIndex(`${on}_${columns.join("_")}`)
    .on(on)
    .columns(columns);
  await (isUnique ? builder.unique() : builder).execute();
}

async function createJournal(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await table(trx, kind, "journal_head", { id: "bigint", seq: "bigint" }).key("id");
  await trx.insertInto("journal_head").values({ id: 1, seq: 0 }).execute();
  await table(trx, kind, "event", {
    seq: "bigint",
    id: "text",
    stream: "text",
    version: "bigint",
    type: "text",
    data: "text",
    actor: "text",
    reason: "text?",
    occurred_at_ms: "bigint",
  }).key("seq");
  await index(trx, "event", ["stream", "version"], true);
  await index(trx, "event", ["type", "seq"]);
}

async function createAccess(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await table(trx, kind, "environment", { key: "text", name: "text", created_at_ms: "bigint" }).key("key");
  await table(trx, kind, "token", {
    id: "text",
    name: "text",
    role: "text",
    environment: "text?",
    secret_hash: "text",
    created_at_ms: "bigint",
    created_by: "text",
    revoked_at_ms: "bigint?",
  }).key("id");
  await index(trx, "token", ["secret_hash"], true);
  await table(trx, kind, "session", {
    secret_hash: "text",
    token_id: "text",
    created_at_ms: "bigint",
    expires_at_ms: "bigint",
  }).key("secret_hash");
  await index(trx, "session", ["token_id"]);
  await index(trx, "session", ["expires_at_ms"]);
  await table(trx, kind, "idempotent_response", {
    token_id: "text",
    key: "text",
    request_hash: "text",
    status: "bigint",
    body: "text",
    created_at_ms: "bigint",
  }).key("token_id", "key");
  await index(trx, "idempotent_response", ["created_at_ms"]);
}

async function createFlags(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await table(trx, kind, "flag", {
    key: "text",
    description: "text",
    owner: "text",
    service: "text",
    created_at_ms: "bigint",
  }).key("key");
  await table(trx, kind, "flag_state", {
    environment: "text",
    key: "text",
    version: "bigint",
    definition: "text",
    updated_at_ms: "bigint",
    updated_by: "text",
    reason: "text?",
  }).key("environment", "key");
}

async function createRollouts(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await table(trx, kind, "rollout", {
    id: "text",
    environment: "text",
    flag: "text",
    service: "text",
    candidate: "text",
    state: "text",
    is_active: "bigint",
    version: "bigint",
    body: "text",
    created_at_ms: "bigint",
    updated_at_ms: "bigint",
    started_at_ms: "bigint?",
    ended_at_ms: "bigint?",
  }).key("id");
  await index(trx, "rollout", ["environment", "flag"]);
  await index(trx, "rollout", ["is_active"]);
  await table(trx, kind, "rollout_tick", {
    rollout_id: "text",
    tick: "bigint",
    body: "text",
    verdict: "text",
    log_evidence: "double",
  }).key("rollout_id", "tick");
  await table(trx, kind, "rollout_checkpoint", {
    rollout_id: "text",
    tick: "bigint",
    state: "text",
    decision: "text",
  }).key("rollout_id");
}

async function createTelemetry(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await trx.schema
    .createTable("telemetry_arrival")
    .addColumn("id", kind === "postgres" ? "bigint" : "integer", (column) =>
      kind === "postgres" ? column.primaryKey().generatedByDefaultAsIdentity() : column.primaryKey().autoIncrement(),
    )
    .addColumn("node", textType(kind), (column) => column.notNull())
    .addColumn("environment", textType(kind), (column) => column.notNull())
    .addColumn("flag", textType(kind), (column) => column.notNull())
    .addColumn("variant", textType(kind), (column) => column.notNull())
    .addColumn("source", textType(kind), (column) => column.notNull())
    .addColumn("counts", textType(kind), (column) => column.notNull())
    .addColumn("arrived_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await index(trx, "telemetry_arrival", ["environment", "flag"]);
  await index(trx, "telemetry_arrival", ["arrived_at_ms"]);
  await table(trx, kind, "telemetry_history", {
    node: "text",
    environment: "text",
    flag: "text",
    variant: "text",
    source: "text",
    counts: "text",
    seconds: "bigint",
    updated_at_ms: "bigint",
  }).key("node", "environment", "flag", "variant", "source");
  await index(trx, "telemetry_history", ["environment", "flag"]);
}

async function createOperations(trx: Transaction<Tables>, kind: StoreKind): Promise<void> {
  await table(trx, kind, "lease", { name: "text", holder: "text", expires_at_ms: "bigint" }).key("name");
  await table(trx, kind, "instance", {
    environment: "text",
    id: "text",
    name: "text",
    applied_version: "bigint",
    applied_lag_ms: "bigint?",
    seen_at_ms: "bigint",
  }).key("environment", "id");
  await table(trx, kind, "setting", { key: "text", value: "text" }).key("key");
}
