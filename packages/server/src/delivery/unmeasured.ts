import { repositoryScope, WHERE_IT_RUNS } from "@steadfast/core/delivery/scope";
import { type Kysely, sql } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";

/** Those that told last; an organisation's webhook may tell of thousands. */
export const UNMEASURED_MAX = 50;
/** 50 repositories × 1,000 entries of an index: about 10 ms, however much was told. */
export const TELLINGS_COUNTED_MAX = 1_000;

const PREFIX = "repository/";

export type Unmeasured = {
  /** In lower case. */
  readonly repository: string;
  /** Who told last. */
  readonly toldBy: string;
  /** At most `TELLINGS_COUNTED_MAX`. */
  readonly tellings: number;
  readonly lastToldAtMs: number;
  readonly environments: readonly string[];
};

/**
 * Repositories that sources tell of and no service has: what is told of them is in no figure. Those that told last, the last first. Never reads all tellings: it asks
 * the index for the newest of each repository and environment, and for a bounded number of the rest.
 */
export async function readUnmeasured(db: Kysely<Tables>): Promise<{ items: Unmeasured[]; total: number }> {
  const [services, told] = await Promise.all([db.selectFrom("service").select("body").execute(), readToldScopes(db)]);
  const measured = new Set(
    services.flatMap(({ body }) => readStoredJson<{ repositories: string[] }>(body).repositories.map(repositoryScope)),
  );
  const byScope = Map.groupBy(
    told.filter(({ scope }) => !measured.has(scope)),
    ({ scope }) => scope,
  );
  const newestFirst = [...byScope.values()]
    .map((ofScope) => ofScope.toSorted((a, b) => b.lastMs - a.lastMs))
    .sort(([a], [b]) => (b?.lastMs ?? 0) - (a?.lastMs ?? 0));
  const items: Unmeasured[] = [];
  for (const ofScope of newestFirst.slice(0, UNMEASURED_MAX)) items.push(await describe(db, ofScope));
  return { items, total: byScope.size };
}

type ToldScope = { readonly scope: string; readonly environment: string; readonly lastMs: number };

/** Repositories alone, each environment with the moment of its newest telling. */
async function readToldScopes(db: Kysely<Tables>): Promise<ToldScope[]> {
  const rows = await db
    .selectFrom("delivery_scope")
    .select(["scope", "environment"])
    .select(({ selectFrom }) =>
      selectFrom("delivery_telling as told")
        .whereRef("told.scope", "=", "delivery_scope.scope")
        .whereRef("told.environment", "=", "delivery_scope.environment")
        .select(({ fn }) => fn.max("told.recorded_at_ms").as("lastMs"))
        .as("lastMs"),
    )
    .where("scope", "like", `${PREFIX}%`)
    .execute();
  return rows.map(({ lastMs, ...row }) => ({ ...row, lastMs: Number(lastMs) }));
}

/** @param ofScope of one repository, the newest first */
async function describe(db: Kysely<Tables>, ofScope: readonly ToldScope[]): Promise<Unmeasured> {
  const [newest] = ofScope;
  if (newest === undefined) throw new Error("a repository that was told of is told of nowhere");
  const { scope, environment, lastMs } = newest;
  const counted = db
    .selectFrom("delivery_telling")
    .select(sql`1`.as("one"))
    .where("scope", "=", scope)
    .limit(TELLINGS_COUNTED_MAX);
  const { tellings } = await db
    .selectFrom(counted.as("counted"))
    .select(sql<number>`count(*)`.as("tellings"))
    .executeTakeFirstOrThrow();
  const { source } = await db
    .selectFrom("delivery_telling")
    .select("source")
    .where("scope", "=", scope)
    .where("environment", "=", environment)
    .where("recorded_at_ms", "=", lastMs)
    .limit(1)
    .executeTakeFirstOrThrow();
  const environments = ofScope.map((each) => each.environment).filter((each) => each !== "" && each !== WHERE_IT_RUNS);
  return {
    ...{ repository: scope.slice(PREFIX.length), toldBy: source, tellings: Number(tellings) },
    ...{ lastToldAtMs: lastMs, environments: environments.toSorted() },
  };
}
