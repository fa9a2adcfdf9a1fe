import { timingSafeEqual } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Principal } from "../http/access-rule.ts";
import { TOKEN_CACHE_AGE_MS, TOKEN_CACHE_ENTRIES_MAX, UNKNOWN_TOKEN_CACHE_ENTRIES_MAX } from "../http/limits.ts";
import type { StoredEvent } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { role } from "./schemas.ts";
import { findSessionToken } from "./sessions.ts";

export type Principals = {
  /** Who a secret belongs to, by its SHA-256; tokens from memory when they can be, sessions always from the store. */
  find(via: Principal["via"], secretHash: string): Promise<Principal | undefined>;
  /** Looks everything up again: what this node has just written counts at once. */
  forget(): void;
  /** Called with each token that is revoked, on any node. */
  onRevoked(listener: (tokenId: string) => void): void;
  close(): void;
};

type Entry = { readonly principal: Principal; readonly atMs: number };

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
  const forget = () => {
    generation += 1;
    cache.clear();
    unknownAtMs.clear();
  };
  const stop = journal.tail(await journal.headSeq(), (events) => {
    if (events.some((event) => event.type.startsWith("token."))) forget();
    for (const tokenId of events.flatMap(revokedToken)) {
      for (const listener of listeners) listener(tokenId);
    }
  });

  const findToken = async (secretHash: string): Promise<Principal | undefined> => {
    const known = cache.get(secretHash);
    if (known && nowMs() - known.atMs < TOKEN_CACHE_AGE_MS) return known.principal;
    if (nowMs() - (unknownAtMs.get(secretHash) ?? Number.NEGATIVE_INFINITY) < TOKEN_CACHE_AGE_MS) return undefined;
    const before = generation;
    const row = await database.db
      .selectFrom("token")
      .selectAll()
      .where("secret_hash", "=", secretHash)
      .where("revoked_at_ms", "is", null)
      .executeTakeFirst();
    const principal = row && isSameHash(row.secret_hash, secretHash) ? toPrincipal(row, "token") : undefined;
    if (before !== generation) return principal;
    if (principal) put(cache, secretHash, { principal, atMs: nowMs() }, TOKEN_CACHE_ENTRIES_MAX);
    else put(unknownAtMs, secretHash, nowMs(), UNKNOWN_TOKEN_CACHE_ENTRIES_MAX);
    return principal;
  };

  return {
    find: async (via, secretHash) => {
      if (via === "token") return findToken(secretHash);
      const row = await findSessionToken(database.db, secretHash, nowMs());
      return row && isSameHash(row.session_hash, secretHash) ? toPrincipal(row, "session") : undefined;
    },
    forget,
    onRevoked: (listener) => listeners.add(listener),
    close: stop,
  };
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
