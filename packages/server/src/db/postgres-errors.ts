import { ProblemError } from "../http/problem.ts";

const RETRY_AFTER_SECONDS = 2;
/** Somebody must make room first. */
const FULL_RETRY_AFTER_SECONDS = 30;

/** Of a file, or of what a role may use of temporary ones. */
const DISK_FULL = "53100";

/** Node's words for a peer that is not there. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOENT",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Also when `lock_timeout` is over. */
const LOCK_NOT_AVAILABLE = "55P03";

/** SQLSTATEs of a server that goes, starts, or was too slow; class 08 (connection) besides. */
const UNAVAILABLE_STATES: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "57014", // query_canceled: statement_timeout
  LOCK_NOT_AVAILABLE,
  "53200", // out_of_memory
  "53300", // too_many_connections
  "25006", // read_only_sql_transaction: connected to a standby
]);

/** What `pg` says without a code. */
const UNAVAILABLE_MESSAGES = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed",
  "timeout exceeded when trying to connect",
  "Query read timeout",
  "Cannot use a pool after calling end",
];

/** PostgreSQL asks to run the transaction again: serialization_failure, deadlock_detected. */
export function isWorthRetrying(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

/** PostgreSQL gave up waiting for a lock; also where `asProblem` made a problem of it. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error instanceof ProblemError ? error.cause : error) === LOCK_NOT_AVAILABLE;
}

/** @returns `storage-unavailable`, `invalid-request` for text PostgreSQL cannot hold, or the error as it was. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ProblemError) return error;
  const code = codeOf(error);
  if (code === "22021" || code === "22P05") {
    return caused(
      new ProblemError("invalid-request", "A text holds the NUL character, which cannot be stored. Remove it."),
      error,
    );
  }
  if (code === DISK_FULL) {
    const detail =
      "PostgreSQL's disk is full: nothing was written. Evaluation goes on. Make room, then try again; the server need not be started again.";
    return caused(new ProblemError("storage-full", detail, { retryAfterSeconds: FULL_RETRY_AFTER_SECONDS }), error);
  }
  if (!isUnavailable(error, code)) return error;
  return caused(
    new ProblemError(
      "storage-unavailable",
      `PostgreSQL cannot be reached or did not answer in time (${error.message || code}). ` +
        "Whether a write was made is not known: try again with the same Idempotency-Key.",
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    ),
    error,
  );
}

function isUnavailable(error: Error, code: string): boolean {
  if (SOCKET_CODES.has(code) || UNAVAILABLE_STATES.has(code) || /^08...$/.test(code)) return true;
  return UNAVAILABLE_MESSAGES.some((message) => error.message.includes(message));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function caused(problem: ProblemError, cause: Error): ProblemError {
  problem.cause = cause;
  return problem;
}
