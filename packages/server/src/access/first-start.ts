import { serialiseWrites } from "../db/serialise-writes.ts";
import { hashSecret } from "../http/authenticate.ts";
import type { Provenance } from "../journal/event.ts";
import { environmentCreated, tokenCreated } from "./events.ts";
import { newSecret, type TokenDeps } from "./tokens.ts";

const FIRST_ENVIRONMENTS = [
  { key: "production", name: "Production" },
  { key: "staging", name: "Staging" },
];

const PROVENANCE: Provenance = { actor: { kind: "system", id: "setup", name: "first start" }, reason: "first start" };

/**
 * Gives an empty store its environments and its admin token. Later, and on a second node that starts at the same
 * time, it changes nothing.
 *
 * @param given the admin token somebody chose (STEADFAST_ADMIN_TOKEN); one is made when it is absent
 * @returns the token that was made: show it once, it is stored as a hash only
 */
export async function ensureFirstStart(
  deps: TokenDeps,
  given: { readonly adminToken?: string | undefined } = {},
): Promise<{ readonly createdAdminToken?: string }> {
  const made = newSecret("admin");
  const secret = given.adminToken ?? made;
  const isFirst = await deps.journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const environment = await trx.selectFrom("environment").select("key").executeTakeFirst();
    const token = await trx.selectFrom("token").select("id").executeTakeFirst();
    if (!environment) {
      const created = FIRST_ENVIRONMENTS.map((first) => environmentCreated({ ...first, copyFlagsFrom: null }));
      await append(created, PROVENANCE);
    }
    if (token) return false;
    const admin = { id: deps.newId("tok"), name: "first admin", role: "admin", environment: null } as const;
    await append([tokenCreated({ ...admin, secretHash: hashSecret(secret) })], PROVENANCE);
    return true;
  });
  return isFirst && given.adminToken === undefined ? { createdAdminToken: made } : {};
}
