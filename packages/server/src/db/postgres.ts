import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresDialect,
  type QueryCompiler,
  type QueryResult,
  sql,
  type Transaction,
  type TransactionSettings,
} from "kysely";
import pg from "pg";
import type { Database } from "./database.ts";
import { asProblem, isWorthRetrying } from "./postgres-errors.ts";
import { listenForNews, NEWS_CHANNEL } from "./postgres-news.ts";
import type { Tables } from "./tables.ts";

/** Per node. Appends are serialised anyway; ten connections carry reads beside them, and 10 nodes fit PostgreSQL's default of 100. */
const POOL_CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 10_000;
/**
 * Appends of all nodes wait for each other: one that stands still in the middle of its own (a paused machine, a cable that
 * was pulled) holds the others up for so long, which is half of what they wait for a lock. A killed process holds nobody up.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** Of a reader that nobody waits for: a backup that goes to somebody slow. */
const IDLE_BESIDE_TIMEOUT_MS = 30_000;
const TRANSACTION_ATTEMPTS_MAX = 5;
const INT8_OID = 20;

/** Connections are made when they are needed; a pool outlives the server it talks to and recovers by itself. */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    // Beyond the server's own timeout: for a server that is gone without a word.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: "steadfast",
    keepAlive: true,
    types: { getTypeParser },
  });
  // A lost connection shows in the next query on it; without a listener Node would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const dialect = new MappedPostgresDialect({ pool });
  const db = new Kysely<Tables>({ dialect });
  // PostgreSQL's default sees what is committed between two reads.
  const readAtOneMoment: Database["readAtOneMoment"] = (run) =>
    db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(run);
  const listeners = new Set<() => Promise<void>>();
  let isClosed = false;
  return {
    kind: "postgres",
    db,
    transaction: (run) => runTransaction(db, run),
    readAtOneMoment,
    readBeside: (run) =>
      readAtOneMoment(async (trx) => {
        await sql`set local idle_in_transaction_session_timeout = ${sql.lit(IDLE_BESIDE_TIMEOUT_MS)}`.execute(trx);
        return run(trx);
      }),
    notify: async () => {
      await sql`select pg_notify(${NEWS_CHANNEL}, '')`.execute(db).catch(() => {});
    },
    listen: async (onHint) => {
      const stop = await listenForNews(url, onHint);
      listeners.add(stop);
      return async () => {
        listeners.delete(stop);
        await stop();
      };
    },
    sizeBytes: async () => {
      // A relative of PostgreSQL may not know the function, or not allow it.
      const answer = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`
        .execute(db)
        .catch(() => undefined);
      return answer?.rows[0]?.bytes ?? null;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      for (const stop of listeners) await stop();
      await db.destroy();
      if (!pool.ended && !pool.ending) await pool.end();
    },
  };
}

/** `bigint` is read as a number: sequence numbers and milliseconds stay below 2⁵³. */
function getTypeParser(oid: number, format?: "text" | "binary") {
  if (oid === INT8_OID) return Number;
  return pg.types.getTypeParser(oid, format ?? "text");
}

async function runTransaction<T>(db: Kysely<Tables>, run: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(run);
    } catch (error) {
      if (attempt < TRANSACTION_ATTEMPTS_MAX && isWorthRetrying(error)) continue;
      throw asProblem(error);
    }
  }
}

class MappedPostgresDialect extends PostgresDialect {
  override createDriver(): Driver {
    return new MappedDriver(super.createDriver());
  }
}

/** Kysely's PostgreSQL driver, whose errors are mapped by `asProblem`. */
class MappedDriver implements Driver {
  readonly #inner: Driver;

  constructor(inner: Driver) {
    this.#inner = inner;
  }

  init = () => this.#inner.init();

  async acquireConnection(): Promise<DatabaseConnection> {
    return new MappedConnection(await mapped(this.#inner.acquireConnection()));
  }

  beginTransaction = (connection: DatabaseConnection, settings: TransactionSettings) =>
    mapped(this.#inner.beginTransaction(unwrap(connection), settings));

  commitTransaction = (connection: DatabaseConnection) => mapped(this.#inner.commitTransaction(unwrap(connection)));

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // The connection is discarded then, and PostgreSQL rolls back what it held; the first error is the one to tell.
    await this.#inner.rollbackTransaction(unwrap(connection)).catch(() => {});
  }

  savepoint = async (connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]) =>
    this.#inner.savepoint?.(unwrap(connection), name, compile);

  rollbackToSavepoint = async (connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]) =>
    this.#inner.rollbackToSavepoint?.(unwrap(connection), name, compile);

  releaseSavepoint = async (connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]) =>
    this.#inner.releaseSavepoint?.(unwrap(connection), name, compile);

  releaseConnection = (connection: DatabaseConnection) => this.#inner.releaseConnection(unwrap(connection));

  destroy = () => this.#inner.destroy();
}

class MappedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;

  constructor(inner: DatabaseConnection) {
    this.inner = inner;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return mapped(this.inner.executeQuery<R>(query));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

function unwrap(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof MappedConnection ? connection.inner : connection;
}

async function mapped<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw asProblem(error);
  }
}
