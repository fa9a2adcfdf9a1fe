import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { hashSecret } from "../http/authenticate.ts";

/** A working day. Fixed, so that a stolen cookie ends too. */
export const SESSION_AGE_MS = 12 * 3_600_000;

const SECRET_BYTES = 32;

/** Makes a browser session for a token, and forgets sessions that are over. */
export async function createSession(database: Database, tokenId: string, nowMs: number): Promise<string> {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await database.transaction(async (trx) => {
    await trx.deleteFrom("session").where("expires_at_ms", "<=", nowMs).execute();
    await trx
      .insertInto("session")
      .values({
        secret_hash: hashSecret(secret),
        token_id: tokenId,
        created_at_ms: nowMs,
        expires_at_ms: nowMs + SESSION_AGE_MS,
      })
      .execute();
  });
  return secret;
}

export async function deleteSession(db: Kysely<Tables>, secret: string): Promise<void> {
  await db.deleteFrom("session").where("secret_hash", "=", hashSecret(secret)).execute();
}

/** The token of a session that is not over, and the session's own hash; a revoked token has none. */
export async function findSessionToken(
  db: Kysely<Tables>,
  secretHash: string,
  nowMs: number,
): Promise<(Tables["token"] & { readonly session_hash: string; readonly expires_at_ms: number }) | undefined> {
  return db
    .selectFrom("session")
    .innerJoin("token", "token.id", "session.token_id")
    .selectAll("token")
    .select(["session.secret_hash as session_hash", "session.expires_at_ms"])
    .where("session.secret_hash", "=", secretHash)
    .where("session.expires_at_ms", ">", nowMs)
    .where("token.revoked_at_ms", "is", null)
    .executeTakeFirst();
}
