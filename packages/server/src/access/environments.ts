import type { Kysely, Transaction } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { AppendInTransaction, Journal } from "../journal/journal.ts";
import { environmentCreated } from "./events.ts";

/** A dashboard's row of environments, and each flag stands in every one. */
export const ENVIRONMENTS_MAX = 50;

const COPY_FLAGS_FROM_DEFAULT = "production";

/** Called in the transaction that creates an environment: gives it its flags. */
export type OnEnvironmentCreated = (
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  environments: { readonly from: string; readonly to: string },
  provenance: Provenance,
) => Promise<void>;

export type EnvironmentDeps = { readonly journal: Journal; readonly onEnvironmentCreated: OnEnvironmentCreated };

export type NewEnvironment = {
  readonly key: string;
  readonly name?: string | undefined;
  readonly copyFlagsFrom?: string | undefined;
};

/** @throws {ProblemError} `environment-exists`, `environment-not-found`, `limit-reached` */
export async function createEnvironment(
  deps: EnvironmentDeps,
  environment: NewEnvironment,
  provenance: Provenance,
): Promise<Tables["environment"]> {
  const { key, name = environment.key, copyFlagsFrom = COPY_FLAGS_FROM_DEFAULT } = environment;
  return deps.journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const keys = (await trx.selectFrom("environment").select("key").execute()).map((row) => row.key);
    if (keys.includes(key)) {
      throw new ProblemError("environment-exists", `An environment "${key}" exists already. Choose another key.`);
    }
    if (!keys.includes(copyFlagsFrom)) throw environmentNotFound(copyFlagsFrom);
    if (keys.length >= ENVIRONMENTS_MAX) {
      throw new ProblemError(
        "limit-reached",
        `There are ${ENVIRONMENTS_MAX} environments already, which is the limit.`,
      );
    }
    await append([environmentCreated({ key, name, copyFlagsFrom })], provenance);
    await deps.onEnvironmentCreated(trx, append, { from: copyFlagsFrom, to: key }, provenance);
    return trx.selectFrom("environment").selectAll().where("key", "=", key).executeTakeFirstOrThrow();
  });
}

/** @param only the environment a token is bound to, or `null` for all */
export async function readEnvironments(db: Kysely<Tables>, only: string | null): Promise<Tables["environment"][]> {
  let select = db.selectFrom("environment").selectAll().orderBy("created_at_ms").orderBy("key");
  if (only !== null) select = select.where("key", "=", only);
  return select.execute();
}

/** @throws {ProblemError} `environment-not-found` */
export async function requireEnvironmentExists(db: Kysely<Tables>, key: string): Promise<void> {
  const row = await db.selectFrom("environment").select("key").where("key", "=", key).executeTakeFirst();
  if (!row) throw environmentNotFound(key);
}

function environmentNotFound(key: string): ProblemError {
  return new ProblemError(
    "environment-not-found",
    `There is no environment "${key}". List them: steadfast environment list, or GET /api/v1/environments.`,
  );
}
