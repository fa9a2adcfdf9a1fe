import { timingSafeEqual } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Principal } from "../http/access-rule.ts";
import {
  TOKEN_CACHE_AGE_MS,
  TOKEN_CACHE_ENTRIES_MAX,
  TOKEN_STALE_AGE_MAX_MS,
  TOKEN_STORE_PATIENCE_MS,
  UNKNOWN_TOKEN_CACHE_ENTRIES_MAX,
} from "../http/limits.ts";
import { isStoreProblem } from "../http/problem.ts";
import type { StoredEvent } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { role } from "./schemas.ts";
import { findSessionToken } from "./sessions.ts";

export type Principals = {
  /**
   * Who a secret belongs to, by its SHA-256; tokens from memory when they can be, and without a promise then; sessions always
   * from the store. While the store is away or stands still, a token that was known before stays known, so that evaluation goes on.
   *
   * @throws {ProblemError} `storage-unavailable` for a session, and for a token that was never seen
   */
  find(via: Principal["via"], secretHash: string): Principal | undefined | Promise<Principal | undefined>;
  /** Whom memory knows by a token's SHA-256, as `find` would answer at once; `undefined`: ask `find`. */
  findInMemory(secretHash: string): Principal | undefined;
  /** Looks everything up again: what this node has just written counts at once. @param revoked a token that is no longer one */
  forget(revoked?: string): void;
  /** Called with each token that is revoked, on any node. */
  onRevoked(listener: (tokenId: string) => void): void;
  close(): void;
};

/** `isNews`: something was written about tokens since; it is believed only while the store cannot be asked. */
type Entry = { readonly principal: Principal; readonly atMs: number; readonly isNews: boolean };

/** Follows the journal's `token.` events, so that a token made or revoked on another node is known here within a second. */
export async function createPrincipals(deps: {
  readonly database: Database;
  readonly journal: Journal;
  readonly nowMs: () => number;
}): Promise<Principals> {
  const { database, journal, nowMs } = deps;
  const cache = new Map<string, Entry>();
  /** When a secret was found to be nobody's. Apart, so that who makes secrets up pushes out no real one. */
  const unknownAtMs = new Map<string, number>();
  const listeners = new Set<(tokenId: string) => void>();
  // A look-up that began before a change must not be remembered after it.
  let generation = 0;
  /** Until then the store is not asked for what is remembered. */
  let storeAwayUntilMs = Number.NEGATIVE_INFINITY;
  const forget = (revoked?: string) => {
    generation += 1;
    for (const [hash, entry] of cache) {
      if (entry.principal.tokenId === revoked) cache.delete(hash);
      else cache.set(hash, { ...entry, isNews: true });
    }
    unknownAtMs.clear();
  };
  const onEvents = (events: readonly StoredEvent[]) => {
    const revoked = events.flatMap(revokedToken);
    for (const tokenId of revoked) forget(tokenId);
    if (revoked.length === 0 && events.length > 0) forget();
    for (const tokenId of revoked) {
      for (const listener of listeners) listener(tokenId);
    }
  };
  const stop = journal.tail(await journal.headSeq(), onEvents, ["token."]);

  /** An age below 0 is a clock that was set back: nothing is known of the time since. */
  const isYounger = (atMs: number, ageMaxMs: number) => {
    const ageMs = nowMs() - atMs;
    return ageMs >= 0 && ageMs < ageMaxMs;
  };

  const readToken = async (secretHash: string): Promise<Principal | undefined> => {
    for (let attempt = 1; ; attempt += 1) {
      const before = generation;
      const row = await database.db
        .selectFrom("token")
        .selectAll()
        .where("secret_hash", "=", secretHash)
        .where("revoked_at_ms", "is", null)
        .executeTakeFirst();
      const principal = row && isSameHash(row.secret_hash, secretHash) ? toPrincipal(row, "token") : undefined;
      if (before === generation) return remember(secretHash, principal);
      if (attempt === READ_ATTEMPTS_MAX) return principal;
    }
  };

  const remember = (secretHash: string, principal: Principal | undefined): Principal | undefined => {
    cache.delete(secretHash);
    if (principal) put(cache, secretHash, { principal, atMs: nowMs(), isNews: false }, TOKEN_CACHE_ENTRIES_MAX);
    else put(unknownAtMs, secretHash, nowMs(), UNKNOWN_TOKEN_CACHE_ENTRIES_MAX);
    return principal;
  };

  const findSession = async (secretHash: string): Promise<Principal | undefined> => {
    const row = await findSessionToken(database.db, secretHash, nowMs());
    if (!row || !isSameHash(row.session_hash, secretHash)) return undefined;
    return { ...toPrincipal(row, "session"), session: { id: secretHash, leftMs: row.expires_at_ms - nowMs() } };
  };

  const findInMemory = (secretHash: string): Principal | undefined => {
    const known = cache.get(secretHash);
    return known && !known.isNews && isYounger(known.atMs, TOKEN_CACHE_AGE_MS) ? known.principal : undefined;
  };

  const findToken = (secretHash: string): Principal | undefined | Promise<Principal | undefined> =>
    findInMemory(secretHash) ?? askForToken(secretHash, cache.get(secretHash));

  const askForToken = async (secretHash: string, known: Entry | undefined): Promise<Principal | undefined> => {
    const nobodyAtMs = unknownAtMs.get(secretHash);
    if (nobodyAtMs !== undefined && isYounger(nobodyAtMs, TOKEN_CACHE_AGE_MS)) return undefined;
    if (!known || Math.abs(nowMs() - known.atMs) > TOKEN_STALE_AGE_MAX_MS) return readToken(secretHash);
    if (performance.now() < storeAwayUntilMs) return known.principal;
    const answer = await withinPatience(readToken(secretHash));
    if (answer !== "away") return answer;
    storeAwayUntilMs = performance.now() + STORE_ASKED_AGAIN_MS;
    return known.principal;
  };

  return {
    find: (via, secretHash) => (via === "token" ? findToken(secretHash) : findSession(secretHash)),
    findInMemory,
    forget,
    onRevoked: (listener) => listeners.add(listener),
    close: stop,
  };
}

/** Tokens that change while one is read: the third answer is right, and is not remembered. */
const READ_ATTEMPTS_MAX = 3;

/** One request in a second finds out whether the store is back; the others do not wait for it. */
const STORE_ASKED_AGAIN_MS = 1_000;

/** The store's answer, or that it is away: it said so, or it did not answer in time. */
async function withinPatience<T>(asked: Promise<T>): Promise<T | "away"> {
  const heard = asked.catch((error: unknown) => {
    if (isStoreProblem(error)) return "away" as const;
    throw error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"away">((resolve) => {
    timer = setTimeout(resolve, TOKEN_STORE_PATIENCE_MS, "away");
  });
  try {
    return await Promise.race([heard, late]);
  } finally {
    clearTimeout(timer);
  }
}

function put<T>(cache: Map<string, T>, key: string, value: T, entriesMax: number): void {
  if (cache.size >= entriesMax) cache.clear();
  cache.set(key, value);
}

function toPrincipal(row: Tables["token"], via: Principal["via"]): Principal {
  return {
    tokenId: row.id,
    tokenName: row.name,
    role: role.parse(row.role),
    environment: row.environment,
    via,
  };
}

/** In constant time: an index compares byte by byte, and its answer is not trusted alone. */
function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function revokedToken(event: StoredEvent): string[] {
  return event.type === "token.revoked" ? [event.stream.slice("token/".length)] : [];
}
