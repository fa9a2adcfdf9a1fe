import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { ProblemError } from "../http/problem.ts";
import { takeDataFolder } from "./data-folder.ts";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

const DATABASE_FILE = "steadfast.sqlite";

const BUSY_TIMEOUT_MS = 5_000;
const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;
/** Somebody must make room first. */
const FULL_RETRY_AFTER_SECONDS = 30;

/** Prepared statements kept. The server has about two hundred; texts that vary with a list's length make more. */
const PREPARED_STATEMENTS_MAX = 500;

/** Primary SQLite result codes that are the machine's state, not a bug: busy, read-only, I/O, cannot open. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([5, 8, 10, 14]);
const FULL_CODE = 13;

/** Where the store of a data folder lies; nothing is made by asking. */
export function databasePath(dataDir: string): string {
  return join(dataDir, DATABASE_FILE);
}

/** Opens the store in `dataDir`: one connection, whose use Kysely serialises, so that transactions never interleave. */
export function openSqlite(dataDir: string): Database {
  const { folder, release } = takeDataFolder(dataDir);
  const file = databasePath(folder);
  let connection: DatabaseSync;
  try {
    connection = openFile(file);
  } catch (error) {
    release();
    throw error;
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: preparing(connection) }) });
  let isClosed = false;
  return {
    kind: "sqlite",
    db,
    transaction: (run) => db.transaction().execute(run),
    longTransaction: (run) => db.transaction().execute(run),
    readAtOneMoment: (run) => db.transaction().execute(run),
    readBeside: async (run) => {
      // A second connection: it sees one moment of the write-ahead log, and the first one goes on writing.
      const reader = preparing(new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
      const beside = new Kysely<Tables>({ dialect: new SqliteDialect({ database: reader }) });
      try {
        return await beside.transaction().execute(run);
      } finally {
        await beside.destroy();
      }
    },
    notify: async () => {},
    listen: async () => async () => {},
    sizeBytes: async () => sizeOf(folder),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await db.destroy();
      if (connection.isOpen) connection.close();
      release();
    },
  };
}

/** The database and its write-ahead log. */
function sizeOf(folder: string): number {
  const sizes = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function openFile(path: string): DatabaseSync {
  closeSync(openSync(path, "a", 0o600));
  const connection = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  connection.exec("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 1000;");
  return connection;
}

function preparing(connection: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => connection.close(),
    prepare: (text) => {
      // SQLite has rolled back by itself when the disk was full, and would say that there is nothing to roll back.
      if (text === "rollback" && !connection.isTransaction) return NOTHING_TO_DO;
      const known = statements.get(text);
      if (known) return known;
      const statement = asKyselyStatement(mapErrors(() => connection.prepare(text)));
      if (statements.size >= PREPARED_STATEMENTS_MAX) statements.clear();
      statements.set(text, statement);
      return statement;
    },
  };
}

const NOTHING_TO_DO: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => mapErrors(() => statement.all(...parameters.map(toSqlValue))),
    run: (parameters) => mapErrors(() => statement.run(...parameters.map(toSqlValue))),
    iterate: (parameters) => statement.iterate(...parameters.map(toSqlValue)),
  };
}

function toSqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === "number" || typeof value === "string" || typeof value === "bigint") {
    return value;
  }
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TypeError(`a ${typeof value} cannot be stored; JSON is stored as text`);
}

function mapErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) throw error;
    throw toProblem(error, error.errcode & PRIMARY_CODE_MASK);
  }
}

/** The low byte is the primary code; extended codes only say more. */
const PRIMARY_CODE_MASK = 0xff;

function toProblem(error: Error, code: number): Error {
  if (code !== FULL_CODE && !UNAVAILABLE_CODES.has(code)) return error;
  const problem =
    code === FULL_CODE
      ? new ProblemError(
          "storage-full",
          "The disk of the data folder is full: nothing was written. Evaluation goes on. Make room, then try again; the server need not be started again.",
          { retryAfterSeconds: FULL_RETRY_AFTER_SECONDS },
        )
      : new ProblemError(
          "storage-unavailable",
          `The data folder cannot be written or read (${error.message}). Check the disk's space and the folder's rights, then try again.`,
          { retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS },
        );
  problem.cause = error;
  return problem;
}
