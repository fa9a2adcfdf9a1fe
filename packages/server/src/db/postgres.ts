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

const LIMITS = {
  /** Protects requests, which would all wait. */
  statementTimeoutMs: 15_000,
  /** Beyond the server's own timeout: for a server that is gone without a word. */
  queryTimeoutMs: 20_000,
  /**
   * Of a `longTransaction`'s statement that waits for a lock, such as one that drops an index while a backup reads the table: requests of other nodes wait behind
   * it. Then it is better told what stands in the way than to hold them up.
   */
  longLockTimeoutMs: 60_000,
};

/**
 * Connections are made when they are needed; a pool outlives the server it talks to and recovers by itself.
 *
 * @param limits in milliseconds; the first two hold for all but a `longTransaction`
 */
export function openPostgres(url: string, limits: typeof LIMITS = LIMITS): Database {
  const pool = openPool(url, {
    max: POOL_CONNECTIONS_MAX,
    statement_timeout: limits.statementTimeoutMs,
    query_timeout: limits.queryTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: "steadfast",
  });
  const db = new Kysely<Tables>({ dialect: new MappedPostgresDialect({ pool }) });
  // PostgreSQL's default sees what is committed between two reads.
  const readAtOneMoment: Database["readAtOneMoment"] = (run) =>
    db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(run);
  const listeners = new Set<() => Promise<void>>();
  let isClosed = false;
  return {
    kind: "postgres",
    db,
    transaction: (run) => runTransaction(db, run),
    longTransaction: (run) => runLongTransaction(url, limits.longLockTimeoutMs, run),
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

function openPool(url: string, config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser },
    ...config,
  });
  // A lost connection shows in the next query on it; without a listener Node would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** A network's devices forget a connection on which nothing was said for minutes, as while an index is made. */
const LONG_KEEP_ALIVE_MS = 30_000;

async function runLongTransaction<T>(
  url: string,
  lockTimeoutMs: number,
  run: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  const pool = openPool(url, {
    max: 1,
    application_name: "steadfast-upgrade",
    keepAliveInitialDelayMillis: LONG_KEEP_ALIVE_MS,
  });
  const db = new Kysely<Tables>({ dialect: new MappedPostgresDialect({ pool }) });
  try {
    return await runTransaction(db, async (trx) => {
      await takeTime(trx, lockTimeoutMs);
      return run(trx);
    });
  } finally {
    await db.destroy();
    if (!pool.ended && !pool.ending) await pool.end();
  }
}

/** Half a minute of nothing is a node that stands still. */
const LONG_IDLE_TIMEOUT_MS = 30_000;
/** PostgreSQL looks so often, in the middle of a statement, whether somebody still waits for it. */
const CLIENT_CHECK_MS = 2_000;

async function takeTime(trx: Transaction<Tables>, lockTimeoutMs: number): Promise<void> {
  const set = (name: string, value: number) => sql`select set_config(${name}, ${String(value)}, true)`.execute(trx);
  await set("statement_timeout", 0);
  await set("lock_timeout", lockTimeoutMs);
  await set("idle_in_transaction_session_timeout", LONG_IDLE_TIMEOUT_MS);
  // Not on every system that PostgreSQL runs on, nor known to its relatives. Without it the statement that a killed node began goes on to its end.
  await sql`savepoint check_client`.execute(trx);
  await set("client_connection_check_interval", CLIENT_CHECK_MS).catch(() =>
    sql`rollback to savepoint check_client`.execute(trx),
  );
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
