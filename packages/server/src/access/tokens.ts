import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import type { Role } from "../http/access-rule.ts";
import { hashSecret } from "../http/authenticate.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { requireEnvironmentExists } from "./environments.ts";
import { tokenCreated, tokenRevoked } from "./events.ts";

/** Active tokens: one for each service, environment and person of a large installation. */
export const TOKENS_MAX = 5_000;

const SECRET_BYTES = 32;

const ROLES_OF_ONE_ENVIRONMENT: ReadonlySet<Role> = new Set<Role>(["client", "telemetry"]);

export type TokenDeps = { readonly journal: Journal; readonly newId: (prefix: string) => string };

export type NewToken = { readonly name: string; readonly role: Role; readonly environment: string | null };

/** `sfd_<role>_` and 43 url-safe characters: 256 random bits, and a scanner of sources can know it. */
export function newSecret(role: Role): string {
  return `sfd_${role}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
}

/**
 * Makes a token. Its secret is in the answer and nowhere else.
 *
 * @throws {ProblemError} `invalid-request`, `environment-not-found`, `limit-reached`
 */
export async function createToken(
  deps: TokenDeps,
  token: NewToken,
  provenance: Provenance,
): Promise<{ readonly row: Tables["token"]; readonly secret: string }> {
  const { name, role, environment } = token;
  if (environment === null && ROLES_OF_ONE_ENVIRONMENT.has(role)) {
    const message = `a ${role} token belongs to one environment: say which`;
    throw new ProblemError("invalid-request", `The token needs an environment: ${message}.`, {
      faults: [{ path: "/environment", message }],
    });
  }
  const secret = newSecret(role);
  const id = deps.newId("tok");
  const row = await deps.journal.transaction(async (trx, append) => {
    if (environment !== null) await requireEnvironmentExists(trx, environment);
    await refuseTooMany(trx);
    await append([tokenCreated({ id, name, role, environment, secretHash: hashSecret(secret) })], provenance);
    return trx.selectFrom("token").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  });
  return { row, secret };
}

/**
 * Revokes a token and ends its sessions. Doing it twice is doing it once.
 *
 * @param only the environment whose tokens the caller may touch, or `null` for all
 * @throws {ProblemError} `token-not-found`, `last-admin-token`
 */
export async function revokeToken(
  deps: TokenDeps,
  id: string,
  only: string | null,
  provenance: Provenance,
): Promise<void> {
  await deps.journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const row = await trx.selectFrom("token").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row || (only !== null && row.environment !== only)) {
      throw new ProblemError("token-not-found", `There is no token ${id}. List them: steadfast token list.`);
    }
    if (row.revoked_at_ms !== null) return;
    if (isFullAdmin(row)) await refuseLastAdmin(trx, id);
    await append([tokenRevoked({ id, name: row.name })], provenance);
    await trx.deleteFrom("session").where("token_id", "=", id).execute();
  });
}

/** Newest first, revoked ones too. */
export async function readTokens(db: Kysely<Tables>, only: string | null): Promise<Tables["token"][]> {
  let select = db.selectFrom("token").selectAll().orderBy("created_at_ms", "desc").orderBy("id", "desc");
  if (only !== null) select = select.where("environment", "=", only);
  return select.limit(TOKENS_MAX * 2).execute();
}

function isFullAdmin(row: Tables["token"]): boolean {
  return row.role === "admin" && row.environment === null;
}

async function refuseLastAdmin(trx: Kysely<Tables>, id: string): Promise<void> {
  const other = await trx
    .selectFrom("token")
    .select("id")
    .where("role", "=", "admin")
    .where("environment", "is", null)
    .where("revoked_at_ms", "is", null)
    .where("id", "!=", id)
    .executeTakeFirst();
  if (other) return;
  throw new ProblemError(
    "last-admin-token",
    "This is the last admin token; without one nobody could make another. Make a new one first: steadfast token create --role admin.",
  );
}

async function refuseTooMany(trx: Kysely<Tables>): Promise<void> {
  const { active } = await trx
    .selectFrom("token")
    .select((select) => select.fn.countAll<number>().as("active"))
    .where("revoked_at_ms", "is", null)
    .executeTakeFirstOrThrow();
  if (Number(active) < TOKENS_MAX) return;
  throw new ProblemError("limit-reached", `There are ${TOKENS_MAX} active tokens. Revoke those that are not used.`);
}
