import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import { CliError, type Problem } from "./cli-error.ts";
import type { Connection } from "./connection.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { Paths } from "./types.ts";

export type ApiClient = Client<Paths>;

const REQUEST_TIMEOUT_MS = 30_000;
/** The server may have done what was asked: reset by the peer, closed before the answer, broken pipe. */
const LOST_CONNECTION: ReadonlySet<string> = new Set(["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"]);

/** Speaks to the server; the paths and bodies are typed by the server's own contract. */
export function createApiClient(connection: Connection, fetch: typeof globalThis.fetch): ApiClient {
  return createClient<Paths>({
    baseUrl: connection.url,
    headers: { authorization: `Bearer ${connection.token}` },
    fetch: (request) => send(request, connection.url, fetch),
  });
}

/** @throws {CliError} for everything but an answer with a result: refused, not signed in, failed. */
export async function resultOf<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  if (data === undefined || !response.ok) throw errorOf(response, error);
  return data;
}

/** As `resultOf` for answers without a body (204). */
export async function accepted(answer: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await answer;
  if (!response.ok) throw errorOf(response, error);
}

/** The CLI's error for an answer that is none of the wanted ones; `body` is what it carried. */
export function errorOf(response: Response, body: unknown): CliError {
  const problem = problemOf(response.status, body);
  const exitCode =
    response.status === 401
      ? EXIT_CODES.notSignedIn
      : response.status >= 400 && response.status < 500
        ? EXIT_CODES.refused
        : EXIT_CODES.failure;
  return new CliError(problem.detail === "" ? problem.title : problem.detail, {
    exitCode,
    problem,
    advice: adviceFor(problem),
  });
}

/**
 * A lost connection is tried once more: the idempotency key makes a write that did arrive count once.
 *
 * @throws {CliError} when the server cannot be reached (exit code 6).
 */
async function send(request: Request, url: string, fetch: typeof globalThis.fetch): Promise<Response> {
  if (request.method !== "GET") request.headers.set("idempotency-key", randomUUID());
  const again = request.clone();
  try {
    return await fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    if (!LOST_CONNECTION.has(networkCode(error) ?? "")) throw unreachable(url, error);
  }
  try {
    return await fetch(again, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    throw unreachable(url, error);
  }
}

/** What to tell when no answer came. */
export function unreachable(url: string, error: unknown): CliError {
  const code = networkCode(error);
  const why =
    code === "ECONNREFUSED"
      ? "nothing listens there"
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? "its name is not known"
        : error instanceof Error && error.name === "TimeoutError"
          ? `no answer within ${REQUEST_TIMEOUT_MS / 1_000} s`
          : (code ?? rootMessage(error));
  return new CliError(`The server at ${url} cannot be reached: ${why}.`, {
    exitCode: EXIT_CODES.unreachable,
    cause: error,
    advice: ["Start one with `steadfast serve`, or name another with --url or STEADFAST_URL."],
  });
}

function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? undefined : networkCode(error.cause);
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}

function problemOf(status: number, body: unknown): Problem {
  const fields = typeof body === "object" && body !== null ? body : {};
  const faults = "faults" in fields && Array.isArray(fields.faults) ? fields.faults : [];
  return {
    status,
    code: "code" in fields && typeof fields.code === "string" ? fields.code : "unknown",
    title:
      "title" in fields && typeof fields.title === "string"
        ? fields.title
        : `The server answered ${status} without saying why; is it a Steadfast server?`,
    detail: "detail" in fields && typeof fields.detail === "string" ? fields.detail : "",
    faults: faults.flatMap((fault: unknown) =>
      typeof fault === "object" &&
      fault !== null &&
      "path" in fault &&
      "message" in fault &&
      typeof fault.path === "string" &&
      typeof fault.message === "string"
        ? [{ path: fault.path, message: fault.message }]
        : [],
    ),
  };
}

const ADVICE_BY_CODE: Readonly<Record<string, readonly string[]>> = {
  "token-missing": ["Sign in: steadfast login --token <token>"],
  "token-invalid": ["Sign in with another: steadfast login --token <token>"],
  "role-insufficient": ["Use a token of a stronger role (--token); `steadfast token list` shows the roles."],
  "flag-exists": ["Look at it with `steadfast flag show <key>`, change it with `steadfast flag set <key>`."],
  "candidate-cooling-down": ["Wait, or start it all the same with --despite-rollback <why>."],
  "answer-lost": ["Look at what is there now: `steadfast flag show <key>`, `steadfast rollout list --active`."],
  "flag-in-rollout": ["`steadfast rollout list --active` shows it."],
  "storage-unavailable": ["Try again in a few seconds; the server's log says what its store answered."],
  "storage-full": ["Make room on the disk of the server's store; `steadfast backup` still reads it."],
  "internal-error": ["The server's log holds the fault; please report it."],
};

function adviceFor(problem: Problem): readonly string[] {
  return ADVICE_BY_CODE[problem.code] ?? [];
}
