import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import type { StoreClock } from "../db/shared-clock.ts";
import type { Tables } from "../db/tables.ts";

/** Names of one statement: its parameters are bounded, and a node judges hundreds of rollouts, not more. */
const NAMES_PER_STATEMENT_MAX = 500;

/** In lease lengths. A time that is further ahead than this was told by a clock that was wrong, and would bind until then. */
const AHEAD_MAX = 10;

/** In lease lengths after its own end. A lease that is still claimed is written again long before. */
const WRITTEN_AGAIN_AFTER = 20;
const PRUNED_AFTER = 100;

/** Before a holder's name: its own row. No work is called so. */
const NODE = "node/";

export type Leases = {
  /** Takes what no living holder has. @returns the names that this holder has now */
  claim(names: readonly string[]): Promise<string[]>;
  /** Says that this holder lives: what it has stays its own until `ttlMs` from now. To be called a few times in that time. */
  renew(): Promise<void>;
  /**
   * Which of these names this holder has at this moment, and has not let run out. In a transaction that has called
   * `serialiseWrites` this is a proof: whoever takes a name over can write only after it, and reads what it wrote.
   */
  stillHeld(trx: Transaction<Tables>, names: readonly string[]): Promise<string[]>;
  /** Gives back all that this holder has, so that another need not wait for the end of the leases. */
  releaseAll(): Promise<void>;
  /** Deletes leases that ended long ago: of work that is done. */
  prune(): Promise<void>;
};

/** Where a store has one owner, everything is its own. */
export function soleHolder(): Leases {
  return {
    claim: async (names) => [...new Set(names)],
    renew: async () => {},
    stillHeld: async (_trx, names) => [...names],
    releaseAll: async () => {},
    prune: async () => {},
  };
}

/**
 * Work that one node does at a time.
 *
 * A lease binds until its own time, and then for as long as its holder lives: a holder has one more row, which it renews. So a
 * node that has a thousand leases writes one row a second, and no two nodes ever wait for each other's rows.
 *
 * Outside a transaction a lease is a hint of who works: a node that stood still for longer than `ttlMs` may believe in a lease
 * that another has by then. What it writes is guarded by `stillHeld`.
 *
 * @param holder different on each node and at each start
 * @param clock one that all holders share
 */
export function createLeases(deps: {
  readonly database: Database;
  readonly holder: string;
  readonly ttlMs: number;
  readonly clock: StoreClock;
}): Leases {
  const { db } = deps.database;
  const { holder, ttlMs, clock } = deps;
  const after = (lengths: number) => sql<number>`${clock()} + ${Math.round(lengths * ttlMs)}`;

  /** Whether a lease or a holder's own row, named `row`, still binds by its own time. */
  const binds = (row: string) => {
    const expires = sql.ref(`${row}.expires_at_ms`);
    return sql<boolean>`(${expires} > ${clock()} and ${expires} <= ${after(AHEAD_MAX)})`;
  };
  const isHolderAlive = (row: string) =>
    sql<boolean>`exists (select 1 from lease as alive where alive.name = ${NODE} || ${sql.ref(`${row}.holder`)} and ${binds("alive")})`;
  const isTaken = (row: string) => sql<boolean>`(${binds(row)} or ${isHolderAlive(row)})`;

  const renew = async (): Promise<void> => {
    await db
      .insertInto("lease")
      .values({ name: `${NODE}${holder}`, holder, expires_at_ms: after(1) })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ expires_at_ms: after(1) }))
      .execute();
  };

  /** A read, and a write only of what is free or has not been written for long: holders that live change nothing. */
  const claimSome = async (names: readonly string[]): Promise<string[]> => {
    const taken = await db
      .selectFrom("lease")
      .select([
        "name",
        "holder",
        sql<number>`case when expires_at_ms > ${after(-WRITTEN_AGAIN_AFTER)} then 1 else 0 end`.as("is_fresh"),
      ])
      .where("name", "in", names)
      .where((where) => where.or([where("holder", "=", holder), isTaken("lease")]))
      .execute();
    const isOthers = new Set(taken.filter((row) => row.holder !== holder).map(({ name }) => name));
    const own = new Set(taken.filter((row) => row.holder === holder && row.is_fresh === 1).map(({ name }) => name));
    const free = names.filter((name) => !isOthers.has(name) && !own.has(name));
    const written = new Set(await write(free));
    return names.filter((name) => own.has(name) || written.has(name));
  };

  /** What another took meanwhile stays as it is, and is not returned. */
  const write = async (names: readonly string[]): Promise<string[]> => {
    if (names.length === 0) return [];
    const rows = await db
      .insertInto("lease")
      .values(names.map((name) => ({ name, holder, expires_at_ms: after(1) })))
      .onConflict((conflict) =>
        conflict
          .column("name")
          .doUpdateSet({ holder, expires_at_ms: after(1) })
          .where((where) => where.or([where("lease.holder", "=", holder), where.not(isTaken("lease"))])),
      )
      .returning("name")
      .execute();
    return rows.map(({ name }) => name);
  };

  return {
    claim: async (names) => {
      await renew();
      // In one order, so that two nodes which claim the same names never wait for each other.
      return inPieces([...new Set(names)].sort(), claimSome);
    },
    renew,
    stillHeld: (trx, names) =>
      inPieces(names, async (some) => {
        const rows = await trx
          .selectFrom("lease")
          .select("name")
          .where("name", "in", some)
          .where("holder", "=", holder)
          .where(isHolderAlive("lease"))
          .execute();
        return rows.map(({ name }) => name);
      }),
    releaseAll: async () => {
      await db.deleteFrom("lease").where("holder", "=", holder).execute();
    },
    prune: () => pruneLeases(db, after(-PRUNED_AFTER)),
  };
}

async function pruneLeases(db: Kysely<Tables>, before: ReturnType<StoreClock>): Promise<void> {
  await db.deleteFrom("lease").where("expires_at_ms", "<", before).execute();
}

async function inPieces(
  names: readonly string[],
  run: (some: readonly string[]) => Promise<string[]>,
): Promise<string[]> {
  const found: string[] = [];
  for (let start = 0; start < names.length; start += NAMES_PER_STATEMENT_MAX) {
    found.push(...(await run(names.slice(start, start + NAMES_PER_STATEMENT_MAX))));
  }
  return found;
}
