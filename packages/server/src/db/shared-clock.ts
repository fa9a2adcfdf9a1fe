import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** What time it is, milliseconds since the epoch, as an expression that the store evaluates. */
export type StoreClock = () => RawBuilder<number>;

/** PostgreSQL's own clock: the one that all nodes share, whatever their own say. It goes on within a transaction. */
export const postgresClock: StoreClock = () =>
  sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;

/** A process's clock, where there is only one process. */
export function processClock(nowMs: () => number): StoreClock {
  return () => sql<number>`cast(${nowMs()} as bigint)`;
}

export async function readClock(db: Kysely<Tables>, clock: StoreClock): Promise<number> {
  const { rows } = await sql<{ nowMs: number }>`select ${clock()} as "nowMs"`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("the store did not say what time it is");
  return row.nowMs;
}
