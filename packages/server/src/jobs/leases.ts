import type { Database } from "../db/database.ts";

/** Leases of one claim: a statement's parameters are bounded, and a node judges hundreds of rollouts, not more. */
const NAMES_PER_STATEMENT_MAX = 500;

/** In lease lengths. A lease that ends later than this was taken by a clock that was wrong, and would bind until it ends. */
const AHEAD_MAX = 10;

/** In lease lengths after its end. */
const PRUNED_AFTER = 100;

export type Leases = {
  /** Takes or renews what nobody else holds. @returns the names this holder has until `ttlMs` from now */
  claim(names: readonly string[]): Promise<string[]>;
  /** Gives back all that this holder has, so that another need not wait for the end of the leases. */
  releaseAll(): Promise<void>;
  /** Deletes leases that ended long ago: of work that is done. */
  prune(): Promise<void>;
};

/**
 * Work that one node does at a time. A lease is a hint of who works, not a proof: a node that stood still for longer
 * than `ttlMs` may still believe in its lease, so what it writes must be guarded by a stream's version.
 *
 * @param holder different on each node and at each start
 * @param nowMs clocks of nodes may differ by much less than `ttlMs`
 */
export function createLeases(deps: {
  readonly database: Database;
  readonly holder: string;
  readonly ttlMs: number;
  readonly nowMs: () => number;
}): Leases {
  const { db } = deps.database;
  const { holder, ttlMs, nowMs } = deps;

  /** One statement: what another holds and is not over stays as it is, and is not returned. */
  const claimSome = async (names: readonly string[]): Promise<string[]> => {
    const now = nowMs();
    const rows = await db
      .insertInto("lease")
      .values(names.map((name) => ({ name, holder, expires_at_ms: now + ttlMs })))
      .onConflict((conflict) =>
        conflict
          .column("name")
          .doUpdateSet({ holder, expires_at_ms: now + ttlMs })
          .where((where) =>
            where.or([
              where("lease.holder", "=", holder),
              where("lease.expires_at_ms", "<=", now),
              where("lease.expires_at_ms", ">", now + ttlMs * AHEAD_MAX),
            ]),
          ),
      )
      .returning("name")
      .execute();
    return rows.map(({ name }) => name);
  };

  return {
    claim: async (names) => {
      // In one order, so that two nodes which claim the same names never wait for each other.
      const sorted = [...new Set(names)].sort();
      const held: string[] = [];
      for (let start = 0; start < sorted.length; start += NAMES_PER_STATEMENT_MAX) {
        held.push(...(await claimSome(sorted.slice(start, start + NAMES_PER_STATEMENT_MAX))));
      }
      return held;
    },
    releaseAll: async () => {
      await db.deleteFrom("lease").where("holder", "=", holder).execute();
    },
    prune: async () => {
      await db
        .deleteFrom("lease")
        .where("expires_at_ms", "<", nowMs() - ttlMs * PRUNED_AFTER)
        .execute();
    },
  };
}
